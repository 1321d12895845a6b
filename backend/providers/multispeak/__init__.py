"""MultiSpeak 3.0: the calls themselves, shared by the billing system and the outage provider. docs/multispeak.md."""
