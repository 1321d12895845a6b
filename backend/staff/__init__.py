"""Sign-in of office staff to /staff."""
