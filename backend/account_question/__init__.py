"""Questions that a member's own account answers, each in a sentence or two."""
