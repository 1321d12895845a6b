"""Attacks on the edge as programs: each is used by a test and can be run against any system."""
