"""Talks that a person at the office takes over."""
