"""What is said when the line or the caller has cut off what was being said."""

from __future__ import annotations

from backend.language import mark

RECONNECTED = mark("I am sorry, the connection was gone for a moment. Let us go on.")
REST_NOT_HEARD = mark("You had not heard all of it. Here is the rest.")
