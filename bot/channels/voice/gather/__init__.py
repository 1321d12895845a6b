"""Calls by webhook: each step as TwiML with `<Gather>`."""
