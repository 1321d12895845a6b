"""A member of a test's own, from the lab."""

from lab.members import Copy, add_copy, stranger

__all__ = ["Copy", "add_copy", "stranger"]
