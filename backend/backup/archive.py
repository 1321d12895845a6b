"""One file with everything that cannot be made anew: the database, the dialogue's tables, the co-op's own files.

SECRET_KEY and the other secrets are not in it: whoever finds a backup must not have them as well. Keep them where
passwords are kept. The backup knows the fingerprint of the key, and the restore says when another one is set.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from backend.backup.databases import (
    BackupError,
    copy_sqlite,
    dump_postgresql,
    put_back_postgresql,
    put_back_sqlite,
    query_postgresql,
    sqlite_path,
)
from backend.config import ROOT, Settings
from backend.migrations.run import known_revisions
from backend.private_files import FILE, FOLDER, make_private_folder, sync_folder

MANIFEST, SQLITE_DATABASE, POSTGRESQL_DUMP, TRACKER = "manifest.json", "memberline.db", "memberline.dump", "tracker.db"
NAME_PATTERN = "memberline-*.backup.tar.gz"
UNREADABLE = (OSError, EOFError, tarfile.TarError, zlib.error)
"""What reading a damaged archive raises."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `created_at` is UTC; `files` are the SHA-256 sums of what is in it."""

    created_at: str
    database: str  # sqlite | postgresql
    revision: str
    key_fingerprint: str
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. `same_key`: SECRET_KEY is the one of the backup. `moved_aside` are files that were there."""

    manifest: Manifest
    same_key: bool
    moved_aside: tuple[str, ...]


def create_backup(settings: Settings, folder: Path, *, now: datetime | None = None) -> Path:
    """Write `memberline-<time>.backup.tar.gz` into `folder`, whole or not at all. Raises BackupError."""
    now = now or datetime.now(UTC)
    make_private_folder(folder)
    target = folder / f"memberline-{now:%Y%m%dT%H%M%S}Z.backup.tar.gz"
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        work = Path(name)
        kind = _copy_databases(settings, work)
        _copy_own_files(settings, work)
        files = {str(path.relative_to(work)): _digest(path) for path in sorted(work.rglob("*")) if path.is_file()}
        manifest = Manifest(
            now.isoformat(), kind, _read_revision(settings), settings.keyed_hash("backup", "fingerprint")[:16], files
        )
        (work / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n")
        _write_archive(work, target, [MANIFEST, *files])
    return target


def delete_old_backups(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups of the folder; returns those that went."""
    old = sorted(folder.glob(NAME_PATTERN), reverse=True)[keep:]
    for path in old:
        path.unlink()
    return old


def read_manifest(file: Path) -> Manifest:
    """Raises BackupError for what is no backup of ours."""
    try:
        with tarfile.open(file) as archive:
            content = archive.extractfile(MANIFEST)
            assert content is not None
            return Manifest(**json.loads(content.read()))
    except (*UNREADABLE, KeyError, ValueError, TypeError, AssertionError) as error:
        raise BackupError(f"{file} is not a backup of memberline, or is damaged: {_describe(error)}") from error


def _describe(error: Exception) -> str:
    """Why an archive could not be read."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError) or "unexpected end" in str(error):
        return "it ends before its end, as a copy that was cut off does"
    if isinstance(error, zlib.error | OSError) and not isinstance(error, tarfile.TarError):
        return "its bytes are not what was written, as of a copy that was damaged"
    if isinstance(error, tarfile.TarError):
        return "it is no .tar.gz archive"
    return f"it has no {MANIFEST} of ours"


def restore_backup(settings: Settings, file: Path, *, replace: bool) -> Restored:
    """Put the databases of a backup back. The app and the engine must be stopped.

    The co-op's own files are not touched: those of the backup are extracted beside it when wanted. Raises BackupError,
    before anything is changed, for a damaged file, another kind of database, or a newer version's backup.
    """
    manifest = read_manifest(file)
    kind = _database_kind(settings)
    if manifest.database != kind:
        raise BackupError(f"the backup is of {manifest.database}, but DATABASE_URL is {kind}")
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"the backup was made by a newer version (database {manifest.revision}): install that version first"
        )
    with tempfile.TemporaryDirectory(prefix="memberline-restore-") as name:
        work = Path(name)
        try:
            with tarfile.open(file) as archive:
                _extract(archive, work, manifest, file)
        except UNREADABLE as error:
            raise BackupError(f"{file} is damaged: {_describe(error)}") from error
        _check_files(work, manifest, file)
        aside = _put_back(settings, work, replace=replace)
    same_key = manifest.key_fingerprint == settings.keyed_hash("backup", "fingerprint")[:16]
    return Restored(manifest, same_key, tuple(aside))


def _copy_databases(settings: Settings, work: Path) -> str:
    kind = _database_kind(settings)
    if kind == "postgresql":
        # the dialogue's tables are in the same database, so one snapshot has both
        dump_postgresql(settings.database_url, work / POSTGRESQL_DUMP)
        return kind
    source = sqlite_path(settings.database_url)
    if not source.is_file():
        raise BackupError(f"there is no database at {source}")
    copy_sqlite(source, work / SQLITE_DATABASE)
    # after the members' database: a turn that the tracker has beyond it is answered again, the same
    tracker = settings.runtime_dir / TRACKER
    if tracker.is_file():
        copy_sqlite(tracker, work / TRACKER)
    return kind


def _copy_own_files(settings: Settings, work: Path) -> None:
    (work / "coop.toml").write_bytes(settings.coop_file.read_bytes())
    (work / "knowledge").mkdir()
    for path in sorted((ROOT / "knowledge").glob("*.md")):
        (work / "knowledge" / path.name).write_bytes(path.read_bytes())


def _put_back(settings: Settings, work: Path, *, replace: bool) -> list[str]:
    if _database_kind(settings) == "postgresql":
        put_back_postgresql(work / POSTGRESQL_DUMP, settings.database_url, replace=replace)
        return []
    aside = [put_back_sqlite(work / SQLITE_DATABASE, sqlite_path(settings.database_url), replace=replace)]
    if (work / TRACKER).is_file():
        aside.append(put_back_sqlite(work / TRACKER, settings.runtime_dir / TRACKER, replace=replace))
    return [name for name in aside if name]


def _write_archive(work: Path, target: Path, names: list[str]) -> None:
    # in the target's folder: a rename there is one step, and a power cut leaves the whole file or none
    draft = work / "archive.tar.gz"
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as output:
        with tarfile.open(fileobj=output, mode="w:gz", compresslevel=6) as archive:
            for name in names:
                archive.add(work / name, arcname=name)
        output.flush()
        os.fsync(output.fileno())
    draft.rename(target)
    sync_folder(target.parent)


def _extract(archive: tarfile.TarFile, work: Path, manifest: Manifest, file: Path) -> None:
    """Write the files that the manifest names into `work`, and nothing else. Raises BackupError for any other member.

    Not by `extractall`: its `filter`, which keeps members inside the folder, came with Python 3.11.4, and Debian 12
    has 3.11.2.
    """
    for member in archive:
        if member.name not in (MANIFEST, *manifest.files) or not _is_plain_name(member.name) or not member.isreg():
            raise BackupError(f"{file} is not a backup of memberline: it has {member.name!r} in it")
        content, target = archive.extractfile(member), work / member.name
        assert content is not None  # a regular file has content
        target.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        with content, open(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE), "wb") as output:
            shutil.copyfileobj(content, output)


def _is_plain_name(name: str) -> bool:
    """A relative path that stays where it is put."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts


def _check_files(work: Path, manifest: Manifest, file: Path) -> None:
    for name, digest in manifest.files.items():
        path = work / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupError(f"{file} is damaged: {name} is not what was backed up")


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _database_kind(settings: Settings) -> str:
    return "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"


def _read_revision(settings: Settings) -> str:
    statement = "SELECT version_num FROM alembic_version"
    if _database_kind(settings) == "postgresql":
        return query_postgresql(settings.database_url, statement)
    with closing(sqlite3.connect(sqlite_path(settings.database_url))) as database:
        return str(database.execute(statement).fetchone()[0])
