"""What a caller hears: the words of each step, and how a voice says them right."""
