"""The payment provider interface, in `base`."""
