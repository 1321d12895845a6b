"""What people say and type, read as values: member numbers, digits, amounts and days. Pure functions, no I/O."""
