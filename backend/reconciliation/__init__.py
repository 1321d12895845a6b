"""The daily report of ours, theirs and the differences: our payments, the billing system, the payment network."""
