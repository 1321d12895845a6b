"""Sends each payment, return and refund to the system that keeps the co-op's books, once each."""
