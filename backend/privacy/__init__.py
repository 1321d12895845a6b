"""A member's own data: what is given out on request, what is erased, and how long each kind is kept."""
