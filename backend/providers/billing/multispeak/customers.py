"""Members and their accounts, from customer and serviceLocation objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.providers.billing.system import RemoteAccount, RemoteMember
from backend.providers.multispeak.answers import Element, attribute, children, descendants, text
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone

CLOSED_STATUSES = frozenset({"inactive", "closed", "disconnected", "final", "finaled", "retired", "terminated"})
PHONE_ORDER = ("mobile", "business mobile", "home", "business", "other", "")


def customer_number(customer: Element) -> str:
    """The number is the objectID of a customer."""
    return attribute(customer, "objectID") or text(customer, "custID")


def read_member(customer: Element, locations: Iterable[Element], numbers: AccountNumbers) -> RemoteMember:
    deleted = is_deleted(customer)
    accounts = {
        number: RemoteAccount(number, _address(each), _is_open(each) and not deleted)
        for each in locations
        if (number := numbers.ours(text(each, "accountNumber"), customer_number(customer)))
    }
    return RemoteMember(
        number=customer_number(customer),
        name=_name(customer),
        phone=_phone(customer),
        email=_email(customer),
        accounts=tuple(accounts.values()),
    )


def is_deleted(element: Element) -> bool:
    return attribute(element, "verb").lower() == "delete"


class AccountNumbers:
    """How the two systems write the number of an account: ours has a dash, `99999-001`, theirs may have none."""

    def __init__(self, style: str) -> None:
        self._digits = style == "digits"

    def theirs(self, number: str) -> str:
        return number.replace("-", "") if self._digits else number

    def ours(self, number: str, member: str) -> str:
        """With the dash after the member's number, or else before the last three digits."""
        if not self._digits or not number.isdigit():
            return number
        cut = len(member) if member and number.startswith(member) and number != member else max(len(number) - 3, 1)
        return f"{number[:cut]}-{number[cut:]}"

    def are_same(self, one: str, other: str) -> bool:
        return bool(one) and one.replace("-", "").strip() == other.replace("-", "").strip()


def _name(customer: Element) -> str:
    person = " ".join(filter(None, (text(customer, "firstName"), text(customer, "mName"), text(customer, "lastName"))))
    return text(customer, "dBAName") or person


def _phone(customer: Element) -> str:
    """E.164: a mobile one before the others, by the vendor's order; empty when there is none that can be dialed."""
    listed = [
        (_phone_rank(each), position, text(each, "phone"))
        for position, each in enumerate(descendants(customer, "phoneNumber"))
    ]
    plain = [text(customer, f"{kind}Ac") + text(customer, f"{kind}Phone") for kind in ("home", "day")]
    for each in [*(phone for _, _, phone in sorted(listed)), *plain]:
        try:
            return parse_phone(each)
        except InvalidPhone:
            continue
    return ""


def _phone_rank(phone: Element) -> tuple[int, int]:
    kind, order = text(phone, "phoneType").lower(), text(phone, "priorityOrder")
    rank = PHONE_ORDER.index(kind) if kind in PHONE_ORDER else len(PHONE_ORDER)
    return rank, int(order) if order.isdigit() and len(order) < 6 else 99


def _email(customer: Element) -> str:
    found: Sequence[str] = [text(each, "eMail") for each in descendants(customer, "eMailAddress")]
    return next((each for each in found if "@" in each), "")


def _address(location: Element) -> str:
    street = " ".join(filter(None, (text(location, "servAddr1"), text(location, "servAddr2"))))
    return ", ".join(filter(None, (street, text(location, "servCity"))))


def _is_open(location: Element) -> bool:
    return not is_deleted(location) and text(location, "servStatus").lower() not in CLOSED_STATUSES


def locations_of(result: Element) -> list[Element]:
    return children(result, "serviceLocation") or list(descendants(result, "serviceLocation"))
