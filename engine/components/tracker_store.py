"""Keeps the dialogue in an SQL database and loads only its end.

Every event is kept in `tracker_events`. A conversation on a phone number never ends, and Rasa replays all
of it on every turn: 430 ms at turn 400. Here a turn loads the snapshot (what the slots and the form were at
some event) and the events since: at most WINDOW of them, at the cost of a new snapshot every few turns.

What was answered to a message is kept in the transaction that keeps its events, so that a message which is delivered
again after a crash of either process gets the same answer and is not understood a second time.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

from engine.components.redaction import redact_events
from engine.current_turn import CURRENT_TURN
from engine.turn_reading import describe_turn

MAX_LOADED_EVENTS = 60
# What stays after a snapshot: enough turns for rules and memoized stories to look back on.
EVENTS_AFTER_SNAPSHOT = 24
MAX_REDACTED_EVENTS = 400  # newest events that are searched: what is redacted was said minutes ago
# Of a conversation's answers: the app delivers again only what has no answer yet, and that is among the newest.
MAX_KEPT_ANSWERS = 20

# Of an advisory lock in PostgreSQL; the app's own are in backend/db/__init__.py.
CREATION_LOCK_ID = 7_262_003

metadata = sa.MetaData()
big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
events_table = sa.Table(
    "tracker_events",
    metadata,
    sa.Column("id", big_id, primary_key=True, autoincrement=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float(53)),  # seconds since 1970, UTC
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("tracker_events_of_sender", "sender_id", "id"),
)
snapshots_table = sa.Table(
    "tracker_snapshots",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("upto", big_id, nullable=False),  # the last event that the state below includes
    sa.Column("state", sa.Text, nullable=False),  # events that set the slots and the form, as a JSON list
)
answers_table = sa.Table(
    "tracker_answers",
    metadata,
    sa.Column("id", big_id, primary_key=True, autoincrement=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("message_id", sa.String(255), nullable=False),
    sa.Column("said", sa.Text, nullable=False),  # the messages, as a JSON list
    # two engines that understand one message at once: the second is refused, with all its events
    sa.UniqueConstraint("sender_id", "message_id"),
)

SELECT_SNAPSHOT = sa.text("SELECT upto, state FROM tracker_snapshots WHERE sender_id = :sender")
SELECT_EVENTS_SINCE = sa.text(
    "SELECT id, data FROM tracker_events WHERE sender_id = :sender AND id > :upto ORDER BY id"
)
SELECT_ALL_EVENTS = sa.text("SELECT id, data FROM tracker_events WHERE sender_id = :sender ORDER BY id")
UPDATE_EVENT = sa.text("UPDATE tracker_events SET data = :data WHERE id = :id")
SELECT_ANSWER = sa.text("SELECT said FROM tracker_answers WHERE sender_id = :sender AND message_id = :message")
DELETE_OLD_ANSWERS = sa.text(
    "DELETE FROM tracker_answers WHERE sender_id = :sender AND id NOT IN "
    "(SELECT id FROM tracker_answers WHERE sender_id = :sender ORDER BY id DESC LIMIT :kept)"
)
SELECT_SENDERS = sa.text("SELECT DISTINCT sender_id FROM tracker_events")
UPSERT_SNAPSHOT = sa.text(
    "INSERT INTO tracker_snapshots (sender_id, upto, state) VALUES (:sender, :upto, :state) "
    "ON CONFLICT (sender_id) DO UPDATE SET upto = excluded.upto, state = excluded.state"
)


@dataclass
class StoredState:
    """What of a tracker is in the database already; carried on the tracker between load and save."""

    event_count: int = 0  # how many of tracker.events, from the start
    snapshot_event_count: int = 0  # how many of those come from the snapshot
    event_ids: list[int] = field(default_factory=list)  # of the events after the snapshot


def to_sync_url(url: str) -> str:
    """A URL without the async driver that the app's URLs name."""
    return url.replace("+asyncpg", "").replace("+aiosqlite", "").replace("postgres://", "postgresql://")


def connect(url: str) -> sa.engine.Engine:
    """Open the database and create what is missing."""
    address = sa.engine.make_url(to_sync_url(url))
    if address.get_backend_name() != "sqlite":
        engine = sa.create_engine(address, pool_pre_ping=True)
        with engine.begin() as connection:
            # one engine after the other: of two that create a table at once, one fails
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": CREATION_LOCK_ID})
            metadata.create_all(connection)
        return engine
    if address.database and address.database != ":memory:":
        os.makedirs(os.path.dirname(os.path.abspath(address.database)), exist_ok=True)
    # All turns run on one event loop, so one connection serves them, and its page cache stays filled.
    engine = sa.create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
    with engine.connect() as connection:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
    metadata.create_all(engine)
    return engine


def state_events(tracker: DialogueStateTracker) -> list[Event]:
    """The few events that bring a new tracker to the state of this one."""
    state: list[Event] = [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.has_been_set]
    loop = tracker.active_loop
    if loop and loop.name:
        state.append(ActiveLoop(loop.name))
        if loop.is_interrupted:
            state.append(LoopInterrupted(True))
        if loop.rejected:
            state.append(ActionExecutionRejected(loop.name))
    if tracker.is_paused():
        state.append(ConversationPaused())
    return state


def _event_row(sender: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


class WindowedTrackerStore(TrackerStore):
    """Rasa's tracker store on two tables of plain SQL; SQLite or PostgreSQL."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: Any = None,
        window: int = MAX_LOADED_EVENTS,
        **kwargs: Any,
    ) -> None:
        """`host` is the database's URL, as Rasa names it; `window`, the most events loaded for a turn."""
        super().__init__(domain, event_broker, **kwargs)
        self.engine = connect(host or os.environ["TRACKER_DB_URL"])
        self.window = window

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        """An empty tracker that this store can save."""
        tracker = super().init_tracker(sender_id)
        tracker.stored = StoredState()
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's current session, its older part as a snapshot."""
        with self.engine.connect() as connection:
            snapshot = connection.execute(SELECT_SNAPSHOT, {"sender": sender_id}).first()
            upto = snapshot.upto if snapshot else 0
            rows = connection.execute(SELECT_EVENTS_SINCE, {"sender": sender_id, "upto": upto}).all()
        if not rows:
            return None
        since = [json.loads(row.data) for row in rows]
        starts = [position for position, event in enumerate(since) if event["event"] == SessionStarted.type_name]
        start = starts[-1] if starts else 0
        state = json.loads(snapshot.state) if snapshot and not start else []
        ids = [row.id for row in rows[start:]]
        return self._build_tracker(
            sender_id, [*state, *since[start:]], StoredState(snapshot_event_count=len(state), event_ids=ids)
        )

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation with every event ever."""
        with self.engine.connect() as connection:
            rows = connection.execute(SELECT_ALL_EVENTS, {"sender": conversation_id}).all()
        if not rows:
            return None
        events = [json.loads(row.data) for row in rows]
        return self._build_tracker(conversation_id, events, StoredState(event_ids=[row.id for row in rows]))

    def _build_tracker(self, sender: str, events: list[dict[str, Any]], stored: StoredState) -> DialogueStateTracker:
        tracker = DialogueStateTracker.from_dict(sender, events, self.domain.slots)
        stored.event_count = len(tracker.events)
        tracker.stored = stored
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the tracker's new events, and move the snapshot on when the window is full.

        Raises:
            ValueError: the tracker was made elsewhere, so what of it is stored is unknown.
        """
        stored = getattr(tracker, "stored", None)
        if stored is None:
            raise ValueError("only a tracker from this store can be saved")
        await self.stream_events(tracker)
        events = list(tracker.events)
        rows = [_event_row(tracker.sender_id, event) for event in events[stored.event_count :]]
        if not rows:
            return
        with self.engine.begin() as connection:
            connection.execute(events_table.insert(), rows)
            if turn := CURRENT_TURN.get():
                answer = {"message_id": turn.message_id, "said": json.dumps(turn.responses)}
                connection.execute(answers_table.insert(), {"sender_id": tracker.sender_id, **answer})
                connection.execute(DELETE_OLD_ANSWERS, {"sender": tracker.sender_id, "kept": MAX_KEPT_ANSWERS})
            if len(stored.event_ids) > self.window - len(rows):
                self._move_snapshot(connection, tracker.sender_id, events, stored)
        if turn:
            turn.reading = describe_turn(tracker)
        stored.event_count = len(events)

    def find_answer(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """What this message was answered, or None: it was never understood to its end."""
        with self.engine.connect() as connection:
            said = connection.execute(SELECT_ANSWER, {"sender": sender_id, "message": message_id}).scalar_one_or_none()
        return None if said is None else json.loads(said)

    def _move_snapshot(
        self, connection: sa.engine.Connection, sender: str, events: list[Event], stored: StoredState
    ) -> None:
        """Move the snapshot to the last place where the bot waits that leaves EVENTS_AFTER_SNAPSHOT after it."""
        last = stored.snapshot_event_count + len(stored.event_ids) - EVENTS_AFTER_SNAPSHOT
        for cut in range(last, stored.snapshot_event_count, -1):
            event = events[cut]
            if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
                break
        else:
            return
        before = DialogueStateTracker.from_events(sender, events[:cut], self.domain.slots)
        state = json.dumps([event.as_dict() for event in state_events(before)])
        upto = stored.event_ids[cut - stored.snapshot_event_count - 1]
        connection.execute(UPSERT_SNAPSHOT, {"sender": sender, "upto": upto, "state": state})

    async def redact(self, sender: str, messages: dict[str, str]) -> None:
        """Take messages, by the id in their metadata, out of what is kept: {id: the text that stays}."""
        with self.engine.begin() as connection:
            # the app has all answers by now: it redacts nothing while a message of the conversation waits for one
            connection.execute(DELETE_OLD_ANSWERS, {"sender": sender, "kept": 0})
            rows = connection.execute(SELECT_ALL_EVENTS, {"sender": sender}).all()[-MAX_REDACTED_EVENTS:]
            snapshot = connection.execute(SELECT_SNAPSHOT, {"sender": sender}).first()
            events = [json.loads(row.data) for row in rows]
            state = json.loads(snapshot.state) if snapshot else []
            places, state_too = redact_events(events, state, messages)
            for place in places:
                connection.execute(UPDATE_EVENT, {"id": rows[place].id, "data": json.dumps(events[place])})
            if snapshot and state_too:
                changed = {"sender": sender, "upto": snapshot.upto, "state": json.dumps(state)}
                connection.execute(UPSERT_SNAPSHOT, changed)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        with self.engine.connect() as connection:
            return list(connection.execute(SELECT_SENDERS).scalars())
