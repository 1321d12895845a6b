"""A test line with real audio: a voice says the caller's words, a telephone line narrows them, a recognizer hears them."""
