"""What was tried against the edge, kept as programs: each is used by a test and can be run against any system."""
