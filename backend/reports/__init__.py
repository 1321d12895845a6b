"""Figures of what the assistant did over a range of days, and the weekly mail with them."""
