"""memberline as it is really served, from the lab."""

from lab.served import Served

__all__ = ["Served"]
