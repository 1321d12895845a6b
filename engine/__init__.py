"""The dialogue engine: Rasa 3.6 with its own old stack, on loopback only. It imports nothing of the app."""
