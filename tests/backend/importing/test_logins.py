"""User IDs made before still work, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from backend.app import Backend
from backend.importing.errors import ImportRefused
from backend.importing.service import import_folder
from backend.logins import signin

PASSWORD = "violet tractor 88 hills"
OLD = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
HEAD = "number,name,phone,user_id,password_hash\n"


def members(folder: Path, *rows: str) -> Path:
    (folder / "members.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    (folder / "accounts.csv").write_text("member,separator\n41700,001\n", encoding="utf-8")
    return folder


async def test_an_old_user_id_and_password_open_the_portal(backend: Backend, tmp_path: Path) -> None:
    rows = (f'41700,Ann Berg,5555550123,Ann.Berg,"{OLD}"', "41701,Bo Berg,5555550124,bo.berg,")
    await import_folder(backend, members(tmp_path, *rows))
    for typed in ("ann.berg", "ANN.BERG", "41700-001"):
        assert isinstance(await signin.sign_in(backend, typed, PASSWORD, source="web-1"), signin.PortalSignIn)
    for password in ("", PASSWORD, "nobody signs in with this"):  # no password yet: only a reset gives one
        refused = await signin.sign_in(backend, "bo.berg", password, source="web-2")
        assert refused == signin.SignInRefused("no_match")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("41701,Bo Berg,5555550124,12345678,", "is not a user ID"),
        ("41701,Bo Berg,5555550124,bo.berg,secret", "is not an argon2 hash"),
        (f'41701,Bo Berg,5555550124,,"{OLD}"', "needs a user_id"),
        ("41701,Bo Berg,5555550124,ANN.BERG,", "members.csv:3"),
    ],
)
async def test_invalid_login_is_named(backend: Backend, tmp_path: Path, row: str, expected: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        await import_folder(backend, members(tmp_path, "41700,Ann Berg,5555550123,ann.berg,", row))
    assert expected in str(refused.value)
    assert "secret" not in str(refused.value)


async def test_a_user_id_that_is_there_already(backend: Backend, tmp_path: Path) -> None:
    await import_folder(backend, members(tmp_path, "41700,Ann Berg,5555550123,ann.berg,"))
    (tmp_path / "accounts.csv").unlink()
    (tmp_path / "members.csv").write_text(f"{HEAD}41702,Ann Berg,5555550125,Ann.Berg,\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"user ID ann\.berg is there already"):
        await import_folder(backend, tmp_path)
