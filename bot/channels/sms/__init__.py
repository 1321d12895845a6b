"""The text line: Twilio's signed webhooks in, TwiML or the outbox out."""
