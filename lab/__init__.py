"""The conversation lab: scripts of what a member says, played over each channel of a real memberline."""
