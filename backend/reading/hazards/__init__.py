"""Danger, what is asked beside it, and what only sounds like it."""
