"""Writes a member's export as a folder or a ZIP file: JSON and CSV for machines, text for people."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from backend.errors import MemberlineError
from backend.privacy.export import local_text
from backend.show import json_default

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""With which a spreadsheet takes a text for a formula."""


def write_export(export: dict[str, Any], out: Path) -> list[str]:
    """Write to `out`, a folder or FILE.zip, that is not there yet; returns the names of the files in it.

    Only the account that runs this may read it. Raises MemberlineError when it exists or cannot be written.
    """
    files = build_files(export)
    try:
        if out.suffix.lower() == ".zip":
            handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
        else:
            out.mkdir(mode=0o700)
            for name, text in files.items():
                (out / name).touch(mode=0o600)
                (out / name).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise MemberlineError(f"{out} exists already: name another file or folder") from None
    except OSError as error:
        raise MemberlineError(f"{out} cannot be written: {error.strerror}") from None
    return list(files)


def build_files(export: dict[str, Any]) -> dict[str, str]:
    """Name and content of each file."""
    zone = ZoneInfo(export["zone"])
    files = {"README.txt": _readme(export, zone), "export.json": json.dumps(export, indent=2, default=json_default)}
    sections: dict[str, list[dict[str, Any]]] = export["sections"]
    if sections.get("conversation_lines"):
        files["conversations.txt"] = _conversations(sections["conversation_lines"], zone)
    return files | {f"{name}.csv": _csv(rows) for name, rows in sections.items() if rows}


def _readme(export: dict[str, Any], zone: ZoneInfo) -> str:
    lines = [
        f"{export['coop']}: what is on file about member {export['member']}",
        f"Made on {local_text(export['exported_at'], zone)}.",
        "",
        "export.json has everything; each .csv file is one table of it and opens in a spreadsheet.",
        "Amounts are cents. Times in the .json and .csv files are UTC; in conversations.txt they are local.",
        "",
        *[f"{len(rows):>7}  {name}" for name, rows in export["sections"].items() if rows],
        "",
        *export["left_out"],
    ]
    return "\n".join(lines) + "\n"


def _conversations(lines: list[dict[str, Any]], zone: ZoneInfo) -> str:
    told, current = [], 0
    for line in lines:
        if line["conversation"] != current:
            current = line["conversation"]
            told.append(f"\nConversation {current}")
        told.append(f"{local_text(line['at'], zone)}  {line['who']}: {line['text']}")
    return "\n".join(told).lstrip() + "\n"


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=json_default)
    text = str(json_default(value)) if hasattr(value, "isoformat") else str(value)
    # a phone begins with + and is no formula
    risky = isinstance(value, str) and text.startswith(FORMULA_STARTS) and not text[1:].isdigit()
    return f"'{text}" if risky else text
