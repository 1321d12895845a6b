"""Pages of development: they answer this machine alone, and never in production."""
