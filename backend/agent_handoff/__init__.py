"""Handing a conversation over to a person at the office."""
