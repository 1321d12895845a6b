"""Alerts the people on call to urgent tickets, repeatedly until one of them takes it."""
