"""Days and times in what was said."""
