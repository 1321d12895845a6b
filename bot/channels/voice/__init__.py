"""The phone line: Twilio's voice webhooks in, TwiML out."""
