"""The buttons under a question."""

from __future__ import annotations

import json


def build_button(title: str, **values: str) -> dict[str, str]:
    """A button that sets slots."""
    return {"title": title, "payload": "/choose" + json.dumps(values)}
