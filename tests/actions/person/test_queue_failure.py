"""When the queue or its database fails, the member still learns where to reach a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.person.actions import ActionPerson
from backend.app import Backend
from backend.clock import ManualClock
from backend.config import Settings

OPEN = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Chicago


async def test_phone_is_given_when_the_database_fails(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"  # no table in it: every query fails
    settings = Settings.from_env({"DATABASE_URL": url, "MEMBERLINE_RUNTIME_DIR": str(tmp_path)})
    backend = Backend.create(settings, ManualClock(OPEN))
    dispatcher = CollectingDispatcher()
    nothing: list[Any] = []
    tracker = Tracker(
        "web-1", {}, {"text": "person", "intent": {"name": "speak_to_human"}}, nothing, False, None, {}, None
    )
    await ActionPerson(backend).run(dispatcher, tracker, {})
    await backend.close()
    assert [message["response"] for message in dispatcher.messages] == ["utter_person_by_phone"]
