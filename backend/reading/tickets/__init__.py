"""What is said about a report: its status, its read-back, its withdrawal."""
