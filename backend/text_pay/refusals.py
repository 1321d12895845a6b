"""Ends reminders that the phone they go to refuses in words: at once, without a code, and no others."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select

from backend.alerts import service as alerts
from backend.alerts.kinds import CHANNELS, KINDS, OUTAGES
from backend.alerts.models import AlertSent, AlertSetting
from backend.alerts.parsing import parse_alert_request
from backend.consents.service import Agreement
from backend.language import SPANISH, current_language, join_words, mark, tr
from backend.members.levels import Level
from backend.members.service import list_accounts_at_phone
from backend.reading.acts.signals import is_question
from backend.reading.language import detect_language
from backend.reading.normalize import to_plain_text
from backend.reading.spanish.translation import to_english
from backend.reading.texts.reminder_replies import refuses_these
from backend.text_pay.reminded import SHORT_TIME
from backend.text_pay.turns import Answer, TextTurn

REFUSED_WORDS = re.compile(
    r"\b(?:reminders?|alerts?|notices?|notifications?|recordatorios?|alertas?|avisos?|reminding(?: me)?"
    r"|texting me about|(?:(?<=\boutage )|(?<=\boutages )|(?<=\bbill )|(?<=\bbills )|(?<=\bbilling )|(?<=\bpayment )|"
    r"(?<=\bdue )|(?<=\bpower )|(?<=\breminder ))(?:texts?|messages?|msgs?|ones?)|"
    r"(?:l[oa]s|mensajes|textos) (?:del?|por)(?: l[oa]s?| mi)?(?= (?:factura|recibo|bill|cuenta|apag|cortes|luz)))\b"
)
BEGINS_REFUSAL = re.compile(
    r"(?:(?:please|por favor|i said|just|no|nope|ok|okay|and|but|hey|hi|i want to|can you|quiero)[ ,.!]+)*"
    r"(?:stop|no more|no mas|quit|end|cancel|turn off|turn the|enough|basta|ya no|quiten?|apaguen?)\b"
)
OUTAGE_KINDS = {kind.name for kind in KINDS.values() if kind.group == OUTAGES}
BILL_KINDS = {"bill_due", "past_due", "bill_ready", "shutoff_near", "card_expiring"}
"""The reminders of a bill, where that is all that is named."""
REMINDER_KINDS = BILL_KINDS | {"prepaid_low"}
"""What `reminders` means: not what tells that a payment came in."""
_ABOUT_REMINDERS = re.compile(r"\b(?:remind\w*|recordator\w*|recuerd\w*)\b")
_ABOUT_BILL = re.compile(r"\b(?:bills?|facturas?|recibos?)\b")
MAX_REFUSAL_WORDS = 16
WAY_NAMES = {"email": mark("email"), "call": mark("phone call")}


async def refuse_reminders(turn: TextTurn) -> Answer | None:
    """`No more reminders`, from a phone that gets them: at once, and without a code."""
    plain = to_plain_text(turn.text)
    if turn.is_free and refuses_these(turn.text) and (kinds := await _find_last_told(turn)):
        return await _end_texts(turn, kinds, frozenset())
    if not REFUSED_WORDS.search(plain) or len(plain.split()) > MAX_REFUSAL_WORDS or is_question(turn.text):
        return None
    if not turn.is_free and not BEGINS_REFUSAL.match(plain):
        return None
    english = to_english(plain) if detect_language(turn.text, current_language()) == SPANISH else plain
    # "reminders" alone means all of them, and not only those of the due date
    request = parse_alert_request(REFUSED_WORDS.sub("alerts", english), has_shutoff_dates=True)
    if request.verb != "off" or request.channels or request.unwanted_channels - {"text"}:
        return None  # the dialogue asks what is meant
    kept = request.kept_kinds | (OUTAGE_KINDS if request.kept_kinds & OUTAGE_KINDS else set())
    all_kinds = set(KINDS)
    if _ABOUT_BILL.search(english):
        all_kinds = BILL_KINDS
    elif _ABOUT_REMINDERS.search(plain):
        all_kinds = REMINDER_KINDS
    refused = (set(request.kinds) or all_kinds) - kept
    return await _end_texts(turn, refused, kept)


async def _find_last_told(turn: TextTurn) -> frozenset[str]:
    """The alerts of the kind that the phone was texted last, if it said nothing since: `these` are meant by that."""
    since = turn.spoke_at or turn.at - SHORT_TIME
    async with turn.backend.db.read_session() as session:
        kind = await session.scalar(
            select(AlertSent.kind)
            .where(AlertSent.texted_to == turn.phone, AlertSent.at > since)
            .order_by(AlertSent.at.desc(), AlertSent.id.desc())
            .limit(1)
        )
    if kind is None:
        return frozenset()
    return frozenset(next((group for group in (OUTAGE_KINDS, BILL_KINDS) if kind in group), {kind}))


async def _end_texts(turn: TextTurn, refused: Collection[str], kept: Collection[str]) -> Answer | None:
    """End these alerts by text on the accounts of the phone, and say which of those to keep are on."""
    agreement = Agreement(turn.conversation_id, Level.ANONYMOUS, "sms", "", turn.text)
    async with turn.backend.db.transaction() as session:
        ended: list[AlertSetting] = []
        still_on: set[str] = set()
        for account in await list_accounts_at_phone(session, turn.phone):
            changed, _number = await alerts.stop_texts(session, turn.backend, account, refused, agreement)
            ended += changed
            active = await alerts.list_active_settings(session, account.id)
            still_on |= {one.kind for one in active if one.by_text and one.kind in kept}
            if turn.backend.coop.tells_everyone and "outage" not in await alerts.previous_thresholds(
                session, account.id
            ):
                still_on.add("outage")  # who never said anything of outages is told of them
    if not ended:
        return None
    done = tr("Done: no more of these reminders come by text to this phone. To get them again, write ALERTS.")
    ways = {way for one in ended if one.active for way in one.channels}
    if ways:
        others = join_words([tr(WAY_NAMES[way]) for way in CHANNELS if way in ways])
        done += " " + tr("They still come by {ways}; to end those, write TURN OFF MY ALERTS.", ways=others)
    return Answer(f"{done} {_describe_kept(kept, still_on)}".strip())


def _describe_kept(kept: Collection[str], still_on: Collection[str]) -> str:
    """Which texts stay on, of those that the member wants to keep."""
    if "outage" in kept and "outage" not in still_on:
        return tr("Texts about outages are not on; to get them, write TEXT ME ABOUT OUTAGES.")
    if not still_on:
        return ""
    when = join_words([KINDS[name].describe(None) for name in KINDS if name in still_on and not KINDS[name].unit])
    return tr("Texts still come when {when}.", when=when) if when else ""
