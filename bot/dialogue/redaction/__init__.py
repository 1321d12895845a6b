"""Removes from messages what must never be stored (docs/architecture.md)."""
