"""Demo members: invented people, each there to show one thing."""

from backend.demo.people import DEMO_ACCOUNTS, DEMO_PEOPLE, DemoAccount, DemoPerson
from backend.demo.seeding import DEMO_PASSWORD, add, seed

__all__ = ["DEMO_ACCOUNTS", "DEMO_PASSWORD", "DEMO_PEOPLE", "DemoAccount", "DemoPerson", "add", "seed"]
