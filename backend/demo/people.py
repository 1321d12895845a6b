"""The demo members: invented people, each of whom demonstrates one case."""

from __future__ import annotations

from dataclasses import dataclass

from backend.language import mark

HOLDER_DIGITS = {"residential": "1234", "commercial": "123456789"}


@dataclass(frozen=True)
class DemoMethod:
    """A saved method; `expires_in` is years from today, None for a bank account."""

    kind: str
    brand: str
    last4: str
    token: str
    expires_in: int | None = None


def make_card(last4: str, token: str, expires_in: int = 3, brand: str = "Visa") -> DemoMethod:
    return DemoMethod("card", brand, last4, token, expires_in)


def make_bank_account(last4: str, token: str) -> DemoMethod:
    return DemoMethod("bank", "checking", last4, token)


@dataclass(frozen=True)
class DemoAccount:
    """One account. `due_cents` is owed over the last `unpaid` bills (0: nothing is owed); `months` of bills exist.

    `prepaid_daily_cents` makes it prepaid: `due_cents` below zero is then what is left.
    """

    separator: str
    address: str
    due_cents: int
    unpaid: int = 1
    status: str = "open"
    months: int = 24
    prepaid_daily_cents: int | None = None


@dataclass(frozen=True)
class DemoPerson:
    """One demo member. `due_in` is days until the newest bill is due; `alerts` are kinds with thresholds.

    `daily_use`: their meter sends each day's use.
    """

    number: str
    name: str
    phone: str
    purpose: str
    places: tuple[DemoAccount, ...]
    methods: tuple[DemoMethod, ...] = ()
    email: str | None = "-"
    kind: str = "residential"
    due_in: int = 12
    draft: bool = False
    autopay_in: int | None = None
    user_id: str = ""
    alerts: tuple[tuple[str, int | None], ...] = ()
    daily_use: bool = False

    @property
    def holder_digits(self) -> str:
        """Last four of the social security number, or the tax ID: invented, and the same for all."""
        return HOLDER_DIGITS[self.kind]

    @property
    def email_address(self) -> str | None:
        """Made of the first name unless `email` says otherwise; None for a member without one."""
        first = self.name.split()[0].lower()
        return f"{first}@example.com" if self.email == "-" else self.email


DEMO_PEOPLE = (
    DemoPerson(
        "99999",
        "Ruth Alvarez",
        "+15555550142",
        mark("a bill of $112.40, a card and a checking account on file"),
        (DemoAccount("001", "14 Mill Road, Elizabeth, IL", 11240),),
        (make_card("4242", "tok_visa_4242"), make_bank_account("6789", "tok_bank_6789")),
        user_id="ruth.alvarez",
        daily_use=True,
    ),
    DemoPerson(
        "20417",
        "Walter Brandt",
        "+15555550111",
        mark("nothing due: levelized billing is open"),
        (DemoAccount("001", "3 Creek Lane, Hanover, IL", 0, unpaid=0),),
        (make_card("4242", "tok_visa_4242"),),
    ),
    DemoPerson(
        "20888",
        "Ines Okafor",
        "+15555550112",
        mark("a credit of $25.00"),
        (DemoAccount("001", "77 Oak Street, Savanna, IL", -2500, unpaid=0),),
    ),
    DemoPerson(
        "31005",
        "Dale Whitcomb",
        "+15555550113",
        mark("two bills, one past due: a disconnection notice is near"),
        (DemoAccount("001", "9 Ridge Road, Stockton, IL", 28615, unpaid=2),),
        (make_bank_account("6789", "tok_bank_6789"),),
        due_in=2,
    ),
    DemoPerson(
        "40120",
        "Ole Lindqvist",
        "+15555550114",
        mark("three separators: home, barn and irrigation"),
        (
            DemoAccount("001", "510 Prairie Road, Mount Carroll, IL", 14377),
            DemoAccount("002", "510 Prairie Road (barn), Mount Carroll, IL", 6218),
            DemoAccount("003", "Section 12 (irrigation), Mount Carroll, IL", 40966),
        ),
        (make_bank_account("6789", "tok_bank_6789"),),
        user_id="ole.lindqvist",
        daily_use=True,
    ),
    DemoPerson(
        "50310",
        "Galena Street Bakery LLC",
        "+15555550115",
        mark("a commercial account"),
        (DemoAccount("001", "201 Galena Street, Elizabeth, IL", 68452),),
        (make_card("4242", "tok_visa_4242"),),
        email="office@bakery.example.com",
        kind="commercial",
    ),
    DemoPerson(
        "60022",
        "Marian Voss",
        "+15555550116",
        mark("a legacy bank draft that runs in 4 days"),
        (DemoAccount("001", "18 Church Street, Lanark, IL", 9731),),
        (make_bank_account("6789", "tok_bank_6789"), make_card("4242", "tok_visa_4242")),
        due_in=4,
        draft=True,
    ),
    DemoPerson(
        "60023",
        "Teodor Hale",
        "+15555550117",
        mark("Auto Pay that runs in 3 days"),
        (DemoAccount("001", "40 Depot Avenue, Thomson, IL", 10144),),
        (make_card("4242", "tok_visa_4242"),),
        autopay_in=3,
    ),
    DemoPerson(
        "70001",
        "Edith Crane",
        "+15555550118",
        mark("no email on file"),
        (DemoAccount("001", "6 Park Street, Warren, IL", 7350),),
        (make_bank_account("6789", "tok_bank_6789"),),
        email=None,
        user_id="edith.crane",
    ),
    DemoPerson(
        "70002",
        "Samir Haddad",
        "+15555550119",
        mark("an expired card"),
        (DemoAccount("001", "88 Main Street, Apple River, IL", 8805),),
        (make_card("0069", "tok_visa_expired", expires_in=-1),),
    ),
    DemoPerson(
        "70003",
        "Nora Lindgren",
        "+15555550120",
        mark("a card that is declined"),
        (DemoAccount("001", "5 Hill Road, Scales Mound, IL", 12019),),
        (make_card("0002", "tok_visa_declined"),),
    ),
    DemoPerson(
        "70004",
        "Amos Fairchild",
        "+15555550121",
        mark("a bank account whose payment comes back days later"),
        (DemoAccount("001", "31 River Road, Chadwick, IL", 9266),),
        (make_bank_account("2227", "tok_bank_r01"),),
    ),
    DemoPerson(
        "70005",
        "Lucia Benning",
        "+15555550124",
        mark("a card with not enough funds"),
        (DemoAccount("001", "12 School Street, Milledgeville, IL", 15190),),
        (make_card("9995", "tok_visa_insufficient"),),
    ),
    DemoPerson(
        "70006",
        "Harlan Pike",
        "+15555550125",
        mark("a card whose network does not answer"),
        (DemoAccount("001", "2 Quarry Road, Nora, IL", 5575),),
        (make_card("4242", "tok_visa_timeout"),),
    ),
    DemoPerson(
        "70007",
        "Priya Nolan",
        "+15555550126",
        mark("new at the address: five bills, so no levelized billing yet"),
        (DemoAccount("001", "29 Orchard Lane, Elizabeth, IL", 0, unpaid=0, months=5),),
        (make_card("4242", "tok_visa_4242"),),
    ),
    DemoPerson(
        "70008",
        "Joan Ferris",
        "+15555550127",
        mark("alerts and paperless bills from before"),
        (DemoAccount("001", "90 Prospect Street, Galena, IL", 13325),),
        (make_bank_account("6789", "tok_bank_6789"),),
        alerts=(("bill_due", 5), ("payment_received", None), ("usage_over", 1200), ("paperless", None)),
    ),
    DemoPerson(
        "80001",
        "Grace Tillman",
        "+15555550122",
        mark("a closed account"),
        (DemoAccount("001", "64 Old Mill Road, Pearl City, IL", 4310, status="closed"),),
    ),
    DemoPerson(
        "00417",
        "Benedict Rowe",
        "+15555550123",
        mark("a number with leading zeros"),
        (DemoAccount("002", "7 Station Road, Kent, IL", 6642),),
        (make_card("4242", "tok_visa_4242"),),
    ),
    DemoPerson(
        "70009",
        "Cora Maddox",
        "+15555550128",
        mark("a prepaid account with $18.40 left, about four days"),
        (DemoAccount("001", "3 Depot Street, Nora, IL", -1840, unpaid=0, months=0, prepaid_daily_cents=460),),
        (make_card("4242", "tok_visa_4242"),),
    ),
)

DEMO_ACCOUNTS: list[tuple[str, str, str]] = [
    (f"{person.number}-{person.places[0].separator}", person.phone[-4:], f"{person.name}: {person.purpose}")
    for person in DEMO_PEOPLE
]
"""Account number, last four of the phone, and what the member demonstrates."""
