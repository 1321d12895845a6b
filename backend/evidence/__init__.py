"""What a member agreed to, as a bank or a regulator may see it."""
