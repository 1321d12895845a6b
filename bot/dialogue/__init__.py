"""Turns of a conversation: kept, queued, normalized, redacted, answered by the engine or by a live agent."""
