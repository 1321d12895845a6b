"""What the office looks through: every talk, what was understood in it, and what was marked as wrong."""
