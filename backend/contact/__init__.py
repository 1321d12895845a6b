"""How the co-op reaches a member, and changing it."""
