"""Outages that the office knows of: where, why, and until when."""
