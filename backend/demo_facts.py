"""What of the shipped coop.toml is still in the co-op's own: numbers and addresses that reach nobody."""

from __future__ import annotations

import re

from backend.coop import Coop
from backend.importing.emails import is_reserved_domain
from backend.reading.contact.phone_numbers import is_fictional

FICTIONAL_PHONE = re.compile(r"\(?\b555\)?[ .-]?555[ .-]?\d{4}\b")


def find_demo_facts(coop: Coop) -> list[str]:
    """A line each, by the key in coop.toml. No carrier serves the area code 555, and .example is kept for examples."""
    phones = {
        "phones.office": coop.office_phone,
        "phones.transfer": coop.transfer_phone,
        "phones.outage": coop.outage_phone,
        "phones.text_line": coop.text_line,
        **{f"on_call {person.name}, text": person.phone for person in coop.on_call},
    }
    emails = {"office.email": coop.email, **{f"on_call {person.name}, email": person.email for person in coop.on_call}}
    wrong = [name for name, phone in phones.items() if phone and is_fictional(phone)]
    wrong += [
        f"facts.{name}"
        for name, texts in coop.facts.items()
        if any(FICTIONAL_PHONE.search(text) for text in texts.values())
    ]
    lines = [f"{name} is a number in the area 555, which no carrier serves: it is for trying alone" for name in wrong]
    for name, email in emails.items():
        if email and is_reserved_domain(email):
            lines.append(f"{name} is in a domain kept for examples: it is for trying alone")
    return lines
