"""A phone is one that the numbering plan allows and that is somebody's; a withheld caller is nobody."""

from __future__ import annotations

import pytest

from backend.reading.contact.phone_numbers import InvalidPhone, is_fictional, is_reachable, is_withheld, parse_phone


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("815-777-0142", "+18157770142"),
        ("(815) 777.0142", "+18157770142"),
        ("1-815-777-0142", "+18157770142"),
        ("+1 815 777 0142", "+18157770142"),
        ("8157770142", "+18157770142"),
        ("815-555-0142", "+18155550142"),
        ("+525512345678", "+525512345678"),  # a member who lives in Mexico
        ("555-555-0142", "+15555550142"),  # the demo's, in development
        ("5555512000", "+15555512000"),
        ("555-100-0000", "+15551000000"),
    ],
)
def test_phones(text: str, phone: str) -> None:
    assert parse_phone(text) == phone


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("000-000-0000", "placeholder"),
        ("+10000000000", "placeholder"),
        ("1-000-000-0000", "placeholder"),
        ("0000000", "placeholder"),
        ("0", "none"),
        ("1111111111", "placeholder"),
        ("222-222-2222", "placeholder"),
        ("(999) 999-9999", "placeholder"),
        ("123-456-7890", "placeholder"),
        ("012-345-6789", "placeholder"),
        ("987-654-3210", "placeholder"),
        ("234-567-8901", "placeholder"),
        ("555-555-5555", "placeholder"),
        ("815-000-0000", "placeholder"),
        ("815-999-9999", "placeholder"),
        ("815-555-1212", "placeholder"),
        ("555-123-4567", "placeholder"),
        ("815-123-4567", "placeholder"),
        ("555-0199", "area"),
        ("777-0142", "area"),
        ("911", "area"),
        ("815-777-014", "area"),
        ("815-777-01422", "area"),
        ("0115555550199", "country"),
        ("+4412345", "country"),
        ("+266696687", "country"),
        ("211-777-0142", "plan"),
        ("100-777-0142", "plan"),
        ("815-177-0142", "plan"),
        ("815-077-0142", "plan"),
        ("815-911-0142", "plan"),
        ("700-777-0142", "plan"),
        ("900-777-0142", "premium"),
        ("815-777-0142 x12", "extension"),
        ("n/a", "none"),
        ("see notes", "none"),
        ("", "none"),
    ],
)
def test_invalid_phone(text: str, problem: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(text)
    assert refused.value.problem == problem


def test_the_made_up_area() -> None:
    assert is_fictional("+15555550142")
    assert not is_fictional("+18155550142")
    assert not is_fictional("+555555550142")


@pytest.mark.parametrize(
    "sender",
    [
        "+266696687", "266696687", "+86282452253", "+7378742833", "+656667", "+464", "+2562533", "+8656696", "+7748283",
        "+1266696687", "+17378742833", "anonymous", "Anonymous", "ANONYMOUS", "restricted", "Restricted", "unknown",
        "unavailable", "private", "Private Number", "No Caller ID", "blocked", "", "   ", "+", "-", "None", "null",
        "sip:anonymous@anonymous.invalid", "sip:Restricted@10.0.0.1", "client:bob", "+0", "+00000000", "Desconocido",
    ],
)  # fmt: skip
def test_withheld_caller(sender: str) -> None:
    assert is_withheld(sender)
    assert not is_reachable(sender)


@pytest.mark.parametrize("sender", ["+18157770142", "+15555550142", "+525512345678", "+33726662436", "+4433361234567"])
def test_phone_that_is_not_withheld(sender: str) -> None:
    assert not is_withheld(sender)
    assert is_reachable(sender)
