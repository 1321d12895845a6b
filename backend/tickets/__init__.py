"""What the office or a crew has to do for somebody: each request with a number to quote, one ticket an event."""
