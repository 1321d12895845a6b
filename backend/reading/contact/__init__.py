"""Names, addresses, places and phones in what was said."""
