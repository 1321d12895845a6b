"""Connecting a caller with the office: the whisper, the queue, and the way back to the assistant."""
