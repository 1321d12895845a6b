"""Photos that members sent, as the office sees them."""
