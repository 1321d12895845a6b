"""memberline as it is really served, from the lab."""

from lab.served_system import ServedSystem

__all__ = ["ServedSystem"]
