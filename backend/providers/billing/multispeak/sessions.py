"""Remembers with which session of the billing system changes were read, and when.

MultiSpeak tells changes since a session, callers ask for those since a time. The file names both; losing it means that
all members are read once more.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

from backend.private_files import make_private_file, make_private_folder

logger = logging.getLogger("memberline.multispeak")

KEPT = 50


class SessionLog:
    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, since: datetime) -> str:
        """The newest session read at `since` or before; empty when none is known.

        A caller that could not store what it read asks again with the earlier time, and gets the earlier session.
        """
        known = [(at, session) for at, session in self._read() if at <= since]
        return max(known)[1] if known else ""

    def add(self, at: datetime, session: str) -> None:
        rows = [[when.isoformat(), name] for when, name in [*self._read(), (at, session)]][-KEPT:]
        make_private_folder(self._path.parent)
        part = self._path.with_suffix(".part")
        make_private_file(part)
        part.write_text(json.dumps(rows))
        part.replace(self._path)

    def _read(self) -> list[tuple[datetime, str]]:
        try:
            return [(datetime.fromisoformat(at), str(session)) for at, session in json.loads(self._path.read_text())]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):
            logger.warning("%s cannot be read: all members are read once more", self._path.name)
            return []
