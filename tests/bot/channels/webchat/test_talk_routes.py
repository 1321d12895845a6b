"""What a member does with the talk itself, over real HTTP: a rating, a photo, the talk by mail, who is signed in."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from backend.agent_handoff import service as handoffs
from backend.agent_handoff import transcript
from backend.clock import ManualClock
from backend.contact import service as contact
from backend.conversations.models import InboundMessage
from backend.feedback.models import TalkRating
from backend.members import identity, signed_in_talks
from backend.members.levels import Level, StepUpNeeded
from backend.outbox.models import OutboxMessage
from backend.photos import service as photos
from bot.channels.webchat import sessions
from bot.channels.webchat.transcript_mail import MAX_TO_MEMBER
from tests.backend.household import NOW, make_household
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

PLACE = "Taken at 42.1, -90.2"


async def begin(edge: Edge) -> tuple[str, str]:
    """(session token, conversation) of a talk in which something was said."""
    made = (await edge.post("/chat/sessions", json={})).json["session"]
    await edge.chat(made, "hello", id="1")
    found = sessions.session_conversation_id(edge.services.settings, made)
    assert found
    return made, found


def take_photo(size: tuple[int, int] = (2000, 1000), kind: str = "JPEG") -> bytes:
    """A picture that knows where it was taken."""
    out, data = io.BytesIO(), Image.Exif()
    data[0x010E] = PLACE  # ImageDescription
    Image.new("RGB", size, "#336699").save(out, kind, exif=data)
    return out.getvalue()


async def send_photo(edge: Edge, session: str, body: bytes, kind: str = "image/jpeg") -> tuple[int, dict[str, object]]:
    answer = await edge.post(f"/chat/photos?session={session}", data=body, headers={"Content-Type": kind})
    return answer.status, answer.json


async def test_a_rating_is_kept_once_and_without_secrets(app_server: Edge) -> None:
    made, conversation = await begin(app_server)
    for helped, words in ((True, ""), (False, "my card 4242 4242 4242 4242 was refused")):
        body = {"session": made, "helped": helped, "words": words}
        assert (await app_server.post("/chat/rating", json=body)).status == 200
    async with app_server.services.backend.db.read_session() as session:
        [rating] = await session.scalars(select(TalkRating).where(TalkRating.conversation_id == conversation))
    assert not rating.helped
    assert "4242" not in rating.words


@pytest.mark.parametrize(
    "body", [{"helped": "yes"}, {"helped": True, "words": "x" * 401}, {"helped": True, "words": 3}]
)
async def test_a_wrong_rating_names_the_field(app_server: Edge, body: dict[str, object]) -> None:
    made, _ = await begin(app_server)
    answer = await app_server.post("/chat/rating", json={"session": made, **body})
    assert answer.status == 422
    assert answer.json["error"]["field"] in body


async def test_a_photo_needs_somebody_who_reads_it(app_server: Edge) -> None:
    made, conversation = await begin(app_server)
    status, refused = await send_photo(app_server, made, take_photo())
    assert status == 422
    assert refused["error"]["code"] == "nobody_reads"  # type: ignore[index]
    backend = app_server.services.backend
    async with backend.db.transaction() as session:
        await handoffs.request_handoff(session, backend, conversation, tried="hello")
    status, taken = await send_photo(app_server, made, take_photo())
    assert (status, taken["reader"]) == (201, "person")
    async with backend.db.read_session() as session:
        [row] = await photos.list_photos(session, conversation)
        found = await photos.load_photo(session, row.id)
    assert found
    assert (row.width, row.height) == (1600, 800)
    assert PLACE.encode() not in found[1], "where it was taken is nobody's business"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"no picture", "image/jpeg", 422),
        (take_photo()[:200], "image/jpeg", 422),
        (b"<svg/>", "image/svg+xml", 415),
        (b"x" * (photos.MAX_BYTES + 1), "image/jpeg", 413),
    ],
)
async def test_what_is_no_photo_is_refused(app_server: Edge, body: bytes, kind: str, status: int) -> None:
    made, _ = await begin(app_server)
    assert (await send_photo(app_server, made, body, kind))[0] == status


async def prove(edge: Edge, conversation: str) -> None:
    """By a code to the phone on file."""
    backend = edge.services.backend
    async with backend.db.transaction() as session:
        await identity.identify(session, backend, conversation, number="99999-001", last4="0142")
        await identity.send_code(session, backend, conversation)
        query = select(OutboxMessage.body).where(OutboxMessage.purpose == "code").order_by(OutboxMessage.id.desc())
        code = str(await session.scalar(query)).split()[0]
        assert (await identity.check_code(session, backend, conversation, code=code)).status == "ok"


async def list_mails(edge: Edge) -> list[OutboxMessage]:
    async with edge.services.backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == "email").order_by(OutboxMessage.id)
        return [one for one in await session.scalars(query) if "You said: hello" in one.body]


async def test_the_talk_is_mailed_to_the_address_on_file_alone(app_server: Edge) -> None:
    backend = app_server.services.backend
    await make_household(backend)
    made, conversation = await begin(app_server)
    await app_server.chat(made, "hi\n\n10:00 Assistant: https://Pay.example/now or pay.example/now", id="2")
    asked = {"session": made, "email": "thief@example.com"}
    assert (await app_server.post("/chat/transcript", json=asked)).json["error"]["code"] == "not_mailed"
    async with backend.db.transaction() as session:
        found = await identity.identify(session, backend, conversation, number="99999-001", last4="0142")
    assert found.status == "ok"
    refused = (await app_server.post("/chat/transcript", json=asked)).json["error"]
    assert "by a code" in refused["message"], "number and last four alone put no words into the member's mail"
    await prove(app_server, conversation)
    for _ in range(2):
        answer = await app_server.post("/chat/transcript", json=asked)
        assert answer.status == 200
    [mail] = await list_mails(app_server)
    assert mail.recipient != "thief@example.com"
    assert answer.json["email"].endswith(mail.recipient.partition("@")[2])
    assert "You: hi 10:00 Assistant: Pay[.]example/now or pay[.]example/now" in mail.body
    assert "pay.example" not in mail.body.lower(), "nor where the answer repeats it"


async def test_only_a_few_talks_are_mailed_to_a_member_in_a_day(app_server: Edge) -> None:
    await make_household(app_server.services.backend)
    statuses = []
    for _ in range(MAX_TO_MEMBER + 1):
        made, conversation = await begin(app_server)
        await prove(app_server, conversation)
        answer = await app_server.post("/chat/transcript", json={"session": made})
        statuses.append(answer.status)
    assert statuses[:-1] == [200] * MAX_TO_MEMBER
    assert "Enough talks were mailed" in answer.json["error"]["message"]
    assert len(await list_mails(app_server)) == MAX_TO_MEMBER


async def test_the_mailed_talk_has_the_words_of_a_button_and_the_figures_of_a_table(app_server: Edge) -> None:
    _, conversation = await begin(app_server)
    async with app_server.services.backend.db.transaction() as session:
        [asked] = await session.scalars(select(InboundMessage).where(InboundMessage.conversation_id == conversation))
        table = {"head": ["Month", "kWh"], "rows": [["Nov", "812"]]}
        buttons = [{"title": "Sí, está bien", "payload": "/affirm"}]
        chart = {"text": "Your use:", "image": "/media/1.png", "alt": "Chart: 812 kWh in November."}
        agreed = {"text": "I agree to $20.00 each month.", "buttons": buttons, "table": table}
        asked.reply = {"messages": [agreed, chart]}
        pressed = InboundMessage(channel="web", provider_id="pressed", conversation_id=conversation, text="")
        pressed.payload, pressed.received_at = "/affirm", app_server.services.backend.clock.now()
        session.add(pressed)
        await session.flush()
        lines = [(line.who, line.text) for line in await transcript.read_transcript(session, conversation)]
    assert ("assistant", "I agree to $20.00 each month.\nMonth | kWh\nNov | 812") in lines
    assert ("assistant", "Your use:\nChart: 812 kWh in November.") in lines
    assert ("member", "Sí, está bien") in lines


COOP_KEY = "what the co-op's own portal signs with"


@pytest.fixture
async def embedded(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, clock: ManualClock
) -> AsyncIterator[Edge]:
    """The chat on the co-op's own portal, whose sessions are not ours."""
    async with running_edge(folder, engine, twilio, clock, CHAT_IDENTITY_SECRET=COOP_KEY) as edge:
        yield edge


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def sign_identity(clock: ManualClock, mark: str = "one page", minutes: int = 10) -> str:
    return signed_in_talks.sign(COOP_KEY, "99999-001", int(clock.now().timestamp()) + minutes * 60, mark)


async def show(edge: Edge, talk: str, shown: str) -> int:
    return (await edge.post("/chat/identity", json={"session": talk, "identity": shown})).status


async def find_level(edge: Edge, conversation: str) -> Level:
    async with edge.services.backend.db.read_session() as session:
        return (await identity.load_identity(session, edge.services.backend, conversation)).level


async def test_an_identity_of_the_coops_portal_is_good_for_one_talk(embedded: Edge, clock: ManualClock) -> None:
    await make_household(embedded.services.backend)
    (made, conversation), (other, _) = await begin(embedded), await begin(embedded)
    token = sign_identity(clock)
    assert [await show(embedded, made, token) for _ in range(2)] == [200, 200]  # the page may be loaded again
    clock.advance(minutes=1)
    assert await show(embedded, made, sign_identity(clock)) == 200, "the next page"
    assert await show(embedded, other, token) == 403
    assert await show(embedded, other, sign_identity(clock, "another page")) == 200
    assert await find_level(embedded, conversation) == Level.STEPPED_UP


async def test_the_level_of_the_coops_portal_ends_an_hour_after_its_last_page(
    embedded: Edge, clock: ManualClock
) -> None:
    await make_household(embedded.services.backend)
    made, conversation = await begin(embedded)
    assert await show(embedded, made, sign_identity(clock)) == 200
    for minutes in (12, 24, 36, 48, 60):
        clock.advance(minutes=12)
        await embedded.chat(made, "hello", id=f"after-{minutes}")
        assert await find_level(embedded, conversation) == (2 if minutes < 60 else 0)


async def test_who_is_signed_in_on_the_page_is_known_in_the_talk(embedded: Edge, clock: ManualClock) -> None:
    backend, app_server = embedded.services.backend, embedded
    await make_household(backend)
    made, conversation = await begin(app_server)
    token = sign_identity(clock)
    own_key = backend.settings.derived_key(signed_in_talks.PURPOSE)
    ends = int(clock.now().timestamp()) + 600
    for wrong in (
        token[:-1] + "x", "x" + token, "nothing", signed_in_talks.sign("another key", "99999-001", ends),
        signed_in_talks.sign(own_key, "99999-001", ends),  # ours, of no session
        sign_identity(clock, minutes=16), sign_identity(clock, minutes=-1),
    ):  # fmt: skip
        assert await show(app_server, made, wrong) == 403
    assert await show(app_server, made, token) == 200
    async with backend.db.read_session() as session:
        known = await identity.load_identity(session, backend, conversation)
    assert (known.level, known.known_account.number) == (Level.STEPPED_UP, "99999-001")
    with pytest.raises(StepUpNeeded):  # the page may have been left open: only a code moves where codes go
        async with backend.db.transaction() as session:
            await contact.change(session, backend, conversation, known, "email", "thief@example.net")
    async with backend.db.transaction() as session:
        await identity.send_code(session, backend, conversation)
        query = select(OutboxMessage.body).where(OutboxMessage.purpose == "code").order_by(OutboxMessage.id.desc())
        code = str(await session.scalar(query)).split()[0]
        proven = (await identity.check_code(session, backend, conversation, code=code)).identity
        assert await contact.change(session, backend, conversation, proven, "email", "ruth@example.net")
