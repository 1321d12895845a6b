"""Who of the office signs in to /staff."""
