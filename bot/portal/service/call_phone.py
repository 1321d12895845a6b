"""The phone at which a crew or the office calls, as a member types it."""

from __future__ import annotations

from backend.app import Backend
from backend.contact.own_contacts import describe_own, is_own
from backend.contact.service import extract_phone
from backend.language import tr


def read_phone(backend: Backend, typed: str) -> str | None:
    """E.164, dialable; None where it is no phone, or the co-op's own."""
    phone = extract_phone(typed, strict=False)
    return None if is_own(backend, phone) else phone


def describe_phone_problem(backend: Backend, typed: str) -> str:
    """What is wrong with one that `read_phone` does not take, and what is expected."""
    phone = extract_phone(typed, strict=False)
    if phone is not None and is_own(backend, phone):
        return describe_own(phone)
    return tr("All 10 digits of a phone number, please, such as 815-555-0123.")
