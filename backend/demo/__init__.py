"""Demo members: invented people, each of whom demonstrates one case."""

from backend.demo.people import DEMO_ACCOUNTS, DEMO_PEOPLE, DemoAccount, DemoPerson
from backend.demo.seeding import DEMO_PASSWORD, add, find_demo_accounts, seed

__all__ = [
    "DEMO_ACCOUNTS",
    "DEMO_PASSWORD",
    "DEMO_PEOPLE",
    "DemoAccount",
    "DemoPerson",
    "add",
    "find_demo_accounts",
    "seed",
]
