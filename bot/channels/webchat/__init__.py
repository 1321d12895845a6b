"""The web chat: JSON in, JSON and server-sent events out. The page's part is in static/."""
