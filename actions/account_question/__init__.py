"""A question that a member's own account answers, asked before the member is identified."""
