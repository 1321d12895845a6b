"""Tickets: requests for the office or a crew, one per event, each with a number to quote."""
