"""Calls over a socket: Twilio's ConversationRelay."""
