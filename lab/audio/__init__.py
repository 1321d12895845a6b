"""A test line with real audio: a voice says a caller's words, a line narrows them, a recognizer hears them."""
