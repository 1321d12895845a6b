"""The pages of the office under /staff/reports."""
