"""The pages of the office under /staff/calls: the calls that were promised."""
