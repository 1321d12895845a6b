"""A card or bank account on the keypad: Twilio's `<Pay>`. The digits never reach this app."""
