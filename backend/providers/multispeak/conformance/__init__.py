"""Tries a vendor's MultiSpeak server operation by operation, for `memberline conformance multispeak`."""
