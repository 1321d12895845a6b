"""Questions answered from a member's own account, in a sentence or two."""
