"""What the office has to do for somebody: each request with a number to quote."""
