"""The inbox: who waits, and the talks."""
