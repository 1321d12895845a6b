"""Where movements go: to the billing provider's system, into files for a clerk, or nowhere yet (setting POSTING)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backend.errors import SettingsError
from backend.providers.billing.system import find_system

if TYPE_CHECKING:
    from backend.app import Backend

Target = Literal["provider", "csv", "none"]


def choose_target(backend: Backend) -> Target:
    """Where movements go. Raises SettingsError when POSTING asks for what is not there."""
    chosen, system, folder = backend.settings.posting, find_system(backend.billing), backend.settings.posting_dir
    if chosen == "provider" and system is None:
        raise SettingsError("POSTING: is provider, but the BILLING_PROVIDER speaks to no system that could book")
    if chosen == "csv" and folder is None:
        raise SettingsError("POSTING_DIR: is not set, and POSTING=csv needs the folder that its files go to")
    if chosen == "auto":
        return "provider" if system is not None else "csv" if folder is not None else "none"
    return chosen


def posting_folder(backend: Backend) -> Path:
    """The folder of the files. Raises SettingsError when there is none."""
    if backend.settings.posting_dir is None:
        raise SettingsError("POSTING_DIR: is not set; it is the folder that files for the billing system go to")
    return backend.settings.posting_dir
