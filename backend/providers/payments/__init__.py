"""Who moves the money. `base` is the Protocol."""
