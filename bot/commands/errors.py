"""What a command says of a failure that a person can mend, in one line."""

from __future__ import annotations

import json

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from backend.db.connecting import DatabaseAway
from backend.errors import MemberlineError, UnusableDatabase

WRONG_INPUT, WRONG_MACHINE = 1, 2
"""Exit statuses."""


def explain_error(error: BaseException) -> tuple[str, int] | None:
    """(what to say, the exit status), or None for a fault of ours, whose traceback is needed.

    Statements and their values are never said: they may be personal.
    """
    if isinstance(error, MemberlineError):
        return str(error), WRONG_MACHINE if isinstance(error, UnusableDatabase) else WRONG_INPUT
    if isinstance(error, DatabaseAway):
        return str(error), WRONG_MACHINE
    if isinstance(error, SQLAlchemyError):
        cause = error.orig if isinstance(error, DBAPIError) else None
        if isinstance(cause, Exception) and isinstance(error, DBAPIError) and not _is_fault_of_ours(error):
            return f"the database (DATABASE_URL) cannot be used: {_first_line(cause)}", WRONG_MACHINE
        return None
    if isinstance(error, UnicodeDecodeError):
        return f"the file is not UTF-8 text: byte {error.object[error.start]:#04x} at {error.start}", WRONG_INPUT
    if isinstance(error, json.JSONDecodeError):
        return f"the file is not JSON: {error.msg} in line {error.lineno}, column {error.colno}", WRONG_INPUT
    if isinstance(error, ConnectionError | TimeoutError):
        return f"a server does not answer: {_first_line(error) or type(error).__name__}", WRONG_MACHINE
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or type(error).__name__}", WRONG_INPUT if error.filename else WRONG_MACHINE
    return None


def _is_fault_of_ours(error: DBAPIError) -> bool:
    """A statement that the database refuses; else it is away, locked, full, or no database at all."""
    return type(error).__name__ not in ("OperationalError", "InterfaceError", "DatabaseError")


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else ""
