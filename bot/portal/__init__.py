"""Pages of ours: the demo page, and the hosted pay pages in front of the payment provider."""
