"""Text messages that are no part of a talk: opt-outs, automated texts, replies of those on call."""
