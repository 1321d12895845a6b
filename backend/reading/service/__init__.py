"""Outages, disconnections, damage and other service matters in what was said."""
