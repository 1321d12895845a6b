"""Forms of our pages that were sent: each is done once."""
