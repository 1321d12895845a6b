"""What production needs beside good values: providers that there are, and places that can be written to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from backend.errors import SettingsError
from backend.providers import loader

Environ = Mapping[str, str]
SANDBOX = "sandbox"


def find_provider_problem(name: str, spec: str) -> str | None:
    """Why the setting names no provider, with the names that there are."""
    if name == "PAYMENT_PROVIDER" and (spec.strip() == "sandbox" or spec.strip().startswith(SANDBOX)):
        return "is the sandbox, which moves no money: production needs a real one, package.module:factory"
    try:
        loader.load(spec, loader.BUILTIN[name])
    except SettingsError as error:
        return f"names none that can be used: {error}"
    return None


def find_folder_problem(text: str, env: Environ) -> str | None:
    """Of a folder that is made where it is missing. None when this process may write to it."""
    folder = Path(text)
    if not folder.is_absolute():
        return "must be an absolute path, such as /var/lib/memberline: where the app is started from may change"
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not there.is_dir():
        return f"cannot be a folder: {there} is none"
    if not os.access(there, os.W_OK | os.X_OK) or _is_kernel_folder(there):
        return f"cannot be written to: {there} is closed to the account that this runs as"
    return None


def find_sqlite_problem(text: str, env: Environ) -> str | None:
    """Of a `sqlite:///…` address."""
    path = text.partition(":///")[2].partition("?")[0]
    if not path or "memory" in text:
        return "is kept in memory and would forget everything"
    if not path.startswith("/"):
        return "must be sqlite:// and an absolute path, such as sqlite:////var/lib/memberline/memberline.db"
    file = Path(path)
    if file.is_dir():
        return "is a folder: name a file in it"
    if not file.parent.is_dir():
        if file.is_relative_to(env.get("MEMBERLINE_RUNTIME_DIR", "/-")):
            return None  # made at the start
        return "is in a folder that is not there: make it first"
    if not os.access(file if file.exists() else file.parent, os.W_OK) or _is_kernel_folder(file.parent):
        return "cannot be written to by the account that this runs as"
    return None


def find_listen_problem(text: str, env: Environ) -> str | None:
    """Of what HOST says: an address of this machine to listen at."""
    try:
        ip_address(text)
    except ValueError:
        return None if text == "localhost" else "must be an address to listen at, such as 127.0.0.1 or 0.0.0.0"
    return None


def _is_kernel_folder(folder: Path) -> bool:
    """Root may write everywhere but here."""
    where = folder.resolve()
    return any(where.is_relative_to(each) for each in ("/proc", "/sys", "/dev")) and where.parts[:3] != (
        "/",
        "dev",
        "shm",
    )
