"""memberline."""
