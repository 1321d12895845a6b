"""The phone line: Twilio's voice webhooks and ConversationRelay."""
