"""Twilio's webhooks for text messages: signature, then a typed form, then a neutral message, then TwiML."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import empty
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.config import Settings
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.coop import Coop
from backend.language import ENGLISH, SPANISH, tr, use_language
from backend.members import identity
from backend.outbox import service as outbox
from backend.payments.quotes import expire_open_quotes
from backend.reading.language import detect_language
from backend.reading.texts.automated_texts import detect_automated, remove_signature
from backend.reading.texts.opt_out import is_worded_in_spanish, parse_stop_confirmation
from backend.tickets import objections
from bot.channels.senders import keyed_hash, phone_source
from bot.channels.sms import consent, on_call_replies, own_replies
from bot.channels.sms import wrong_number as misdirection
from bot.channels.sms.loop_detection import (
    LOOKBACK,
    LOOKBACK_LIMIT,
    OWN_REPLY_HINT,
    has_mark,
    is_repetitive,
    was_sent_recently,
)
from bot.channels.sms.origin import TextOrigin, parse_origin
from bot.channels.sms.render import OutgoingText, render_texts, render_twiml
from bot.channels.sms.wrong_number import find_misdirected_accounts, find_possibly_misdirected_accounts
from bot.dialogue import edge_texts, normalize
from bot.dialogue.keep_deadline import KeepDeadline, MessageNotKept
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.reply_json import reply_from_json, reply_to_json
from bot.services import Services
from bot.web.errors import RequestRefused
from bot.web.twilio_guard import MESSAGE_SID, TwilioForm, twilio_signed

logger = logging.getLogger("memberline.sms")

ANSWER_SECONDS = 2.5
"""Longer than this Twilio is not kept waiting: the answer then goes out by the outbox."""

CARRIER_STATUSES = {
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}


def sms_conversation_id(settings: Settings, phone: str) -> str:
    """The conversation of a phone: always the same, and telling nobody the number."""
    return "sms-" + keyed_hash(settings, "conversation", phone)


@dataclass(frozen=True)
class TextContext:
    """What stands when a text comes: whether its phone has stopped, what is open, and the last hour's answers."""

    has_opted_out: bool
    expects: str
    recent_messages: list[InboundMessage]
    is_idle: bool
    """No question is open, or it was asked so long ago that an answer to it would be read anew."""
    misdirected_accounts: list[Account] | None
    """Those that have this phone on file, where the text says that it reached somebody else."""
    possibly_misdirected_accounts: list[Account] | None = None
    """The same where it may say so, or where the text before this one may and the question about it is open."""
    is_objection: bool = False
    """`Not me`, `I did not ask for this`: said of what they were told of lately, and not of the phone or of texts."""

    @property
    def affected_accounts(self) -> list[Account]:
        """The accounts whose phone it is not, so far as is known."""
        return (
            self.possibly_misdirected_accounts if self.misdirected_accounts is None else self.misdirected_accounts
        ) or []

    @property
    def asked_to_stop(self) -> bool:
        """Whether the last answer was the question if all texts are to stop."""
        return bool(self.recent_messages) and has_mark(self.recent_messages[0], own_replies.ASKED_TO_STOP)


@dataclass(frozen=True)
class SmsChannel:
    """The text line over the services."""

    services: Services

    def parse_inbound(self, form: TwilioForm, origin: TextOrigin) -> Inbound:
        """The neutral message of a verified form. Raises BadField."""
        settings = self.services.settings
        # another app is a talk of its own: what was begun by text is not gone on with there
        name = f"{origin.app}:{origin.phone}" if origin.app else origin.phone
        return Inbound(
            channel="sms",
            conversation=sms_conversation_id(settings, name),
            provider_id=form.require("MessageSid", MESSAGE_SID),
            text=remove_signature(form.get("Body", "")),
            address=origin.phone,
            attested=False,  # Twilio signs that it came, and nobody that its sender is not forged
            source=phone_source(settings, origin.phone),
        )

    async def answer(self, form: TwilioForm, keeping: KeepDeadline) -> list[OutgoingText]:
        """What to say to a message, now. Raises NotKept when it is not written down in time."""
        origin = parse_origin(form)
        form.require("MessageSid", MESSAGE_SID)
        kind = detect_automated(form.get("Body", ""))
        if origin is None or kind in ("reaction", "notice"):
            logger.info("a text that is not answered: %s", kind or "from no phone")
            return []
        inbound = self.parse_inbound(form, origin)
        before = await keeping.wait_for_result(self._load_context(inbound))
        wish = self._detect_request(inbound, form.get("OptOutType", ""), before)
        if kind == "auto_reply" and wish == "perhaps":
            wish = None  # it is nobody's wish, and nobody could be asked
        # "not me" and "wrong address" of somebody on call are about the callout: no wish to get no more texts
        theirs = wish is None or (wish in ("misdirected", "perhaps") and on_call_replies.is_on_call_reply(inbound))
        if theirs and on_call_replies.is_from_on_call_phone(self.services.backend, inbound):
            taken = await keeping.wait_for_result(self._handle_on_call_reply(inbound, keeping))
            if taken is not None:
                return [] if before.has_opted_out else taken
        danger = edge_texts.format_danger_advice(inbound.text, self.services.coop)
        if danger and wish in ("perhaps", "misdirected") and not before.asked_to_stop:
            wish = None  # "stop this gas leak" is no wish about texts
        # who has stopped texts and tells of danger is heard: what saves a life is answered under the law's exception
        # for emergencies (47 U.S.C. 227 (b)(1)(A)), and the crew is called out whether the carrier brings it or not
        if wish is None and before.has_opted_out and not danger:
            logger.info("a phone that has stopped messages wrote; it is not answered")
            return []
        if wish is not None:
            by_carrier = bool(form.get("OptOutType"))
            return await keeping.wait_for_result(
                self._apply_request(inbound, wish, before, keeping, answered_by_carrier=by_carrier)
            )
        mark = own_replies.select_own_reply(form, origin.app, kind)
        quiet = (
            was_sent_recently(mark, before.recent_messages)
            if mark
            else is_repetitive(inbound.text, before.recent_messages)
        )
        if quiet and danger and not was_sent_recently(own_replies.DANGER, before.recent_messages):
            mark, quiet = (
                own_replies.DANGER,
                False,
            )  # the report was made with the first of them; nobody is left without a word
        if quiet and all(row.provider_id != inbound.provider_id for row in before.recent_messages):
            logger.info("a text that comes again and again is not answered any more: %s", mark or "the same words")
            return []
        if mark:
            words = own_replies.format_own_reply(mark, origin.app, self.services, inbound.text)
            return await keeping.wait_for_result(self._send_own_reply(inbound, mark, words, keeping))
        reply = await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS, keeping=keeping)
        return [] if reply.late else render_texts(reply, self.services.settings.public_url)

    async def _handle_on_call_reply(self, inbound: Inbound, keeping: KeepDeadline) -> list[OutgoingText] | None:
        """Who has an urgent ticket, once, however often the text is delivered; None when it is about something else."""
        backend = self.services.backend
        async with backend.db.transaction() as session:
            before = await conversations.find_inbound(session, "sms", inbound.provider_id)
            if before is not None:
                return render_texts(reply_from_json(before.reply)) if before.reply else None
            words = await on_call_replies.handle_on_call_text(session, backend, inbound)
            if words is None:
                return None
            recorded = await self._record_inbound(session, inbound)
            # what the assistant had asked is not answered by the next word: that is about the callout again
            said = await self._save_reply(session, recorded, inbound, words, {}, ends=True)
            keeping.begin_commit()
        return said

    async def _load_context(self, inbound: Inbound) -> TextContext:
        backend, phone = self.services.backend, inbound.address or ""
        async with backend.db.read_session() as session:
            stopped = await outbox.is_opted_out(session, phone)
            stands = await conversations.open_now(session, inbound.conversation)
            lately = await conversations.answered_since(
                session, inbound.conversation, backend.clock.now() - LOOKBACK, limit=LOOKBACK_LIMIT
            )
            silent = not lately or lately[0].received_at < backend.clock.now() - conversations.IDLE
            idle = silent or not (stands.expects or stands.offered)
            accounts = None if stopped else await find_misdirected_accounts(session, phone, inbound.text, idle=idle)
            objects = await objections.is_objection_to_notice(session, backend, phone, inbound.text)
            before = TextContext(stopped, stands.expects, lately, idle, accounts, is_objection=objects)
            doubted = lately[0].text if before.asked_to_stop else inbound.text if idle else ""
            return replace(
                before,
                possibly_misdirected_accounts=None
                if stopped
                else await find_possibly_misdirected_accounts(session, phone, doubted),
            )

    def _detect_request(
        self, inbound: Inbound, opt_out_type: str, before: TextContext
    ) -> own_replies.TextingRequest | None:
        """What the text wants of texting itself: to stop it, to start it, help; None where it is for the dialogue."""
        wish = consent.detect_opt_request(inbound.text, opt_out_type, stopped=before.has_opted_out, idle=before.is_idle)
        if before.has_opted_out or opt_out_type:
            return None if wish == "perhaps" else wish
        if before.is_objection and wish in (None, "perhaps"):
            return None
        if before.misdirected_accounts is not None:
            return "misdirected"
        if not before.asked_to_stop:
            return "perhaps" if wish is None and before.possibly_misdirected_accounts is not None else wish
        agreed = parse_stop_confirmation(inbound.text)
        if agreed or wish in ("stop", "perhaps"):
            return "stop" if before.possibly_misdirected_accounts is None else "misdirected"
        return "keep" if agreed is False else wish

    async def _apply_request(
        self,
        inbound: Inbound,
        wish: own_replies.TextingRequest,
        before: TextContext,
        keeping: KeepDeadline,
        *,
        answered_by_carrier: bool,
    ) -> list[OutgoingText]:
        """Do what was wished, once, however often the message is delivered."""
        backend, coop = self.services.backend, self.services.coop
        async with backend.db.transaction() as session:
            recorded = await self._record_inbound(session, inbound)
            if not recorded.is_new:
                return render_texts(reply_from_json(recorded.reply or {}))
            with use_language(_detect_language(inbound.text, recorded.state.language)):
                if wish == "misdirected":
                    words = misdirection.format_apology(coop.short_name, on_file=bool(before.affected_accounts))
                elif wish == "keep":
                    words = own_replies.format_texts_kept(before.expects)
                else:
                    words = consent.format_confirmation(wish, coop)
                # one confirmation of a stop, and then silence: the carriers' rule
                if answered_by_carrier or (wish == "stop" and before.has_opted_out):
                    words = ""
                if wish == "misdirected" and before.affected_accounts:
                    said = (
                        before.recent_messages[0].text
                        if before.asked_to_stop and before.misdirected_accounts is None
                        else _redact_text(inbound)
                    )
                    await misdirection.file_wrong_number_ticket(
                        session, backend, inbound.conversation, inbound.address or "", said, before.affected_accounts
                    )
            await self._update_opt_out(session, inbound, wish)
            hints = {OWN_REPLY_HINT: own_replies.ASKED_TO_STOP} if wish == "perhaps" else {}
            ends = wish in ("stop", "misdirected")
            answer = await self._save_reply(session, recorded, inbound, words, hints, ends=ends)
            keeping.begin_commit()
        return answer

    async def _update_opt_out(self, session: AsyncSession, inbound: Inbound, wish: own_replies.TextingRequest) -> None:
        """Let texts stop or start. Whoever starts again begins anew: no later word finishes what was open."""
        backend, phone = self.services.backend, inbound.address or ""
        if wish in ("stop", "misdirected"):
            await outbox.opt_out(session, backend, phone)
            await expire_open_quotes(session, backend, inbound.conversation)
            await identity.end_identity(session, backend, inbound.conversation)
        elif wish == "start":
            await outbox.opt_in(session, backend, phone)

    async def _send_own_reply(
        self, inbound: Inbound, mark: str, words: str, keeping: KeepDeadline
    ) -> list[OutgoingText]:
        """Answer without a turn, and leave whatever is open as it is."""
        async with self.services.backend.db.transaction() as session:
            recorded = await self._record_inbound(session, inbound)
            if not recorded.is_new:
                return render_texts(reply_from_json(recorded.reply or {}))
            said = await self._save_reply(session, recorded, inbound, words, {OWN_REPLY_HINT: mark}, ends=False)
            keeping.begin_commit()
        return said

    async def _record_inbound(self, session: AsyncSession, inbound: Inbound) -> conversations.RecordedMessage:
        return await conversations.record_inbound(
            session,
            self.services.backend,
            channel="sms",
            provider_id=inbound.provider_id,
            conversation_id=inbound.conversation,
            text=_redact_text(inbound),
            address=inbound.address,
            source=inbound.source,
            attested=inbound.attested,
        )

    async def _save_reply(
        self,
        session: AsyncSession,
        recorded: conversations.RecordedMessage,
        inbound: Inbound,
        words: str,
        hints: dict[str, str],
        *,
        ends: bool,
    ) -> list[OutgoingText]:
        reply = Reply((Message(words, hints=dict(hints)),) if words else ())
        await conversations.save_reply(
            session,
            self.services.backend,
            recorded.id,
            inbound.conversation,
            reply_to_json(reply),
            offered=[] if ends else None,
        )
        return render_texts(reply)

    async def deliver(self, session: AsyncSession, inbound: Inbound, reply: Reply, late: bool) -> None:
        """Put a late answer into the outbox; one in time goes out as TwiML."""
        if not late or not inbound.address:
            return
        for place, text in enumerate(render_texts(reply, self.services.settings.public_url)):
            await outbox.enqueue(
                session,
                self.services.backend,
                kind="sms",
                recipient=inbound.address,
                body=text.body,
                media_url=text.media,
                purpose="reply",
                dedupe_key=f"reply:{inbound.provider_id}:{place}",
            )

    async def update_status(self, form: TwilioForm, key: str | None) -> None:
        """Take over how a message that we sent is getting on."""
        sid = form.require("MessageSid", MESSAGE_SID)
        status = CARRIER_STATUSES.get(form.get("MessageStatus", ""))
        if status is None:
            return
        async with self.services.backend.db.transaction() as session:
            await outbox.apply_carrier_status(
                session,
                self.services.backend,
                provider_sid=sid,
                key=key,
                status=status,
                error_code=form.get("ErrorCode") or None,
            )


def _redact_text(inbound: Inbound) -> str:
    return normalize.clean_and_redact(inbound.text)[: normalize.MAX_TEXT_LENGTH]


def _detect_language(text: str, current: str) -> str:
    return SPANISH if is_worded_in_spanish(text) else detect_language(text, current)


def format_not_kept(coop: Coop, said: str) -> OutgoingText:
    """Tells that a message was not taken, in its language."""
    with use_language(_detect_language(said, ENGLISH)):
        return OutgoingText(
            edge_texts.add_danger_advice(tr(edge_texts.MESSAGE_NOT_KEPT, **edge_texts.office_values(coop)), said, coop)
        )


def blueprint(services: Services) -> Blueprint:
    """POST /twilio/sms and /twilio/status."""
    line = SmsChannel(services)
    services.turns.deliver["sms"] = line.deliver
    routes = Blueprint("sms")

    @routes.post("/twilio/sms")
    @twilio_signed
    async def sms(request: Request, form: TwilioForm) -> HTTPResponse:
        keeping = KeepDeadline()
        try:
            out = await line.answer(form, keeping)
        except RequestRefused:
            raise
        except Exception as failure:
            logger.error("a text could not be kept: %s", type(failure).__name__)
            known = failure.known if isinstance(failure, MessageNotKept) else not keeping.committing
            if not known:
                raise  # nothing true can be said; Twilio turns to the fallback address, where there is one
            out = [format_not_kept(services.coop, form.get("Body", ""))]
        return HTTPResponse(render_twiml(out), content_type="text/xml; charset=utf-8")

    @routes.post("/twilio/status")
    @twilio_signed
    async def status(request: Request, form: TwilioForm) -> HTTPResponse:
        await line.update_status(form, request.args.get("key"))
        return empty()

    return routes
