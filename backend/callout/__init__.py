"""Calling out the people on call for an urgent ticket, again and again until one of them has it."""
