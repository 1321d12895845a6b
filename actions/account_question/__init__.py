"""A question that a member's own account answers, asked by somebody who is not known yet."""
