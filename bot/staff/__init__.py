"""The staff's pages: waiting conversations, promised calls, tickets and outages; and the page of on-call links."""
