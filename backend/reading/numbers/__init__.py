"""Numbers as people give them: member numbers, phone digits, menu choices."""
