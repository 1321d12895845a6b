"""A member of a test's own, from the lab."""

from lab.members import MemberCopy, add_member_copy, unused_phone

__all__ = ["MemberCopy", "add_member_copy", "unused_phone"]
