"""Our parts inside Rasa: the intent classifier, the wording picker, the tracker store and the lock store."""
