"""Demo members: invented people, each there to show one thing."""

from backend.demo.making import PASSWORD, add, seed
from backend.demo.people import DEMO, PEOPLE, Person, Place

__all__ = ["DEMO", "PASSWORD", "PEOPLE", "Person", "Place", "add", "seed"]
