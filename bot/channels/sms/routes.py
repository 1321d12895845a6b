"""Twilio's webhooks for text messages: check the signature, parse the form, answer in TwiML.

Every text is redacted, recorded and answered by bot/dialogue/turn.py. Texts about texting itself (STOP, START, HELP)
and texts from machines only bring an answer of their own instead of the engine's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import empty
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.undelivered import FAILED_STATUSES, take_back_answers
from backend.callout import replies as callout_replies
from backend.config import Settings
from backend.consents.service import Agreement
from backend.conversations import service as conversations
from backend.coop import Coop
from backend.language import ENGLISH, SPANISH, tr, use_language
from backend.members import identity
from backend.members.levels import Level
from backend.outage import reports
from backend.outbox import service as outbox
from backend.payments.quotes import expire_open_quotes
from backend.reading.language import detect_language
from backend.reading.texts.automated_texts import detect_automated, remove_signature
from backend.reading.texts.on_call_replies import parse_reply_leniently
from backend.reading.texts.opt_out import is_worded_in_spanish, parse_stop_confirmation
from backend.reading.texts.pay_replies import is_end_request
from backend.reading.tickets.still_out import answers_still_out
from backend.text_pay import service as text_pay
from backend.tickets import objections
from backend.tickets.place_matching import MAX_PLACE_WORDS
from bot.channels.senders import keyed_hash, phone_source
from bot.channels.sms import own_replies, wrong_number
from bot.channels.sms.loop_detection import LOOKBACK, LOOKBACK_LIMIT, is_repetitive
from bot.channels.sms.origin import TextOrigin, parse_origin
from bot.channels.sms.render import OutgoingText, render_texts, render_twiml
from bot.channels.sms.reply_to_pay import ReplyToPay
from bot.channels.sms.text_context import TextContext
from bot.dialogue import edge_texts, normalize
from bot.dialogue.messages import Inbound, Message, Reply, reply_from_json, reply_to_json
from bot.dialogue.record_deadline import MessageNotRecorded, RecordDeadline
from bot.services import Services
from bot.web.errors import RequestRefused
from bot.web.twilio_guard import MESSAGE_SID, TwilioForm, twilio_signed

logger = logging.getLogger("memberline.sms")

ANSWER_SECONDS = 2.5
"""After this the answer goes out by the outbox instead: Twilio waits 15 seconds for TwiML, and a database that hangs
must leave time to say so."""

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
    """The conversation of a phone: always the same, and it does not reveal the number."""
    return "sms-" + keyed_hash(settings, "conversation", phone)


@dataclass(frozen=True)
class SmsChannel:
    services: Services

    def parse_inbound(self, form: TwilioForm, origin: TextOrigin) -> Inbound:
        """The message of a verified form. Raises InvalidRequestField."""
        settings = self.services.settings
        # another app is a conversation of its own: it must not continue what was begun by text
        name = f"{origin.app}:{origin.phone}" if origin.app else origin.phone
        return Inbound(
            channel="sms",
            conversation=sms_conversation_id(settings, name),
            provider_id=form.require("MessageSid", MESSAGE_SID),
            text=remove_signature(form.get("Body", "")),
            address=origin.phone,
            attested=False,  # Twilio signs the request, but nobody vouches that the sender is not forged
            source=phone_source(settings, origin.phone),
        )

    async def answer(self, form: TwilioForm, deadline: RecordDeadline) -> list[OutgoingText]:
        """What to answer to a text now. Raises MessageNotRecorded when it is not recorded in time."""
        origin = parse_origin(form)
        form.require("MessageSid", MESSAGE_SID)
        kind = detect_automated(form.get("Body", ""))
        if origin is None or kind in ("reaction", "notice"):
            logger.info("a text that is not answered: %s", kind or "from no phone")
            return []
        inbound = self.parse_inbound(form, origin)
        context = await deadline.wait_for_result(self._load_context(inbound))
        request = self._detect_request(inbound, form.get("OptOutType", ""), context)
        if request in ("stop", "perhaps") and not form.get("OptOutType") and is_end_request(inbound.text):
            request = None  # one authorization ends, and not all texts
        if kind == "auto_reply" and request == "perhaps":
            request = None  # a machine wants nothing, and cannot be asked
        # "not me" and "wrong address" from somebody on call are about the callout: no request to stop texts
        about_callout = request in ("misdirected", "perhaps") and _is_on_call_reply(inbound)
        if (request is None or about_callout) and callout_replies.find_on_call(self.services.backend, inbound.address):
            answer = await deadline.wait_for_result(self._handle_on_call_reply(inbound, deadline))
            if answer is not None:
                return [] if context.has_opted_out else answer
        danger = edge_texts.format_danger_advice(inbound.text, self.services.coop)
        if danger and request in ("perhaps", "misdirected") and not context.asked_to_stop:
            request = None  # "stop this gas leak" is no request about texts
        # a danger is answered even on a phone that has stopped texts: the law excepts emergencies (47 U.S.C. 227
        # (b)(1)(A)), and the crew is called out whether the carrier delivers the answer or not
        if request is None and context.has_opted_out and not danger:
            logger.info("a phone that has stopped messages wrote; it is not answered")
            return []
        if request is not None:
            by_carrier = bool(form.get("OptOutType"))
            return await deadline.wait_for_result(
                self._apply_request(inbound, request, context, deadline, answered_by_carrier=by_carrier)
            )
        mark = own_replies.select_own_reply(form, origin.app, kind)
        quiet = context.was_sent(mark) if mark else is_repetitive(inbound.text, context.recent_messages)
        if quiet and danger and not context.was_sent(own_replies.DANGER):
            # the danger was reported with the first of these texts; it is answered once more all the same
            mark, quiet = own_replies.DANGER, False
        if quiet and all(row.provider_id != inbound.provider_id for row in context.recent_messages):
            logger.info("a text that comes again and again is not answered any more: %s", mark or "the same words")
            return []
        if mark:
            words = own_replies.format_own_reply(mark, origin.app, self.services, inbound.text)
            return await deadline.wait_for_result(self._send_own_reply(inbound, mark, words, deadline))
        return await self._answer_in_dialogue(inbound, deadline)

    async def _answer_in_dialogue(self, inbound: Inbound, deadline: RecordDeadline) -> list[OutgoingText]:
        """The engine's answer, but to `OUT`, which answers a text of ours."""
        if answers_still_out(inbound.text):
            still_out = await deadline.wait_for_result(self._report_still_out(inbound, deadline))
            if still_out is not None:
                return still_out
        elif len(inbound.text.split()) <= MAX_PLACE_WORDS:
            chosen = await deadline.wait_for_result(self._choose_still_out(inbound, deadline))
            if chosen is not None:
                return chosen
        reply = await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS, deadline=deadline)
        return [] if reply.late else render_texts(reply, self.services.settings.public_url)

    async def _handle_on_call_reply(self, inbound: Inbound, deadline: RecordDeadline) -> list[OutgoingText] | None:
        """Act once on the reply of somebody on call about an urgent ticket; None when it is about something else."""
        turns, backend = self.services.turns, self.services.backend
        person = callout_replies.find_on_call(backend, inbound.address)
        async with turns.queues.get_queue(inbound.conversation).recording, backend.db.transaction() as session:
            before = await conversations.find_inbound(session, "sms", inbound.provider_id)
            if before is not None or person is None:
                return render_texts(reply_from_json(before.reply)) if before and before.reply else None
            # acts before recording: a wrong code counts as a guess even if the text is about something else
            words = await callout_replies.handle_reply(
                session, backend, person, inbound.conversation, inbound.text, keep=normalize.clean_and_redact
            )
            if words is None:
                return None
            reply = Reply((Message(words),) if words else ())
            stored = await turns.recorder.record(session, inbound, deadline)
            # nothing stays offered: the next word is about the callout, and answers no question of the assistant
            await conversations.save_reply(
                session, backend, stored.record.id, inbound.conversation, reply_to_json(reply), offered=[]
            )
            deadline.begin_commit()
        return render_texts(reply)

    async def _report_still_out(self, inbound: Inbound, deadline: RecordDeadline) -> list[OutgoingText] | None:
        """Answer the reply to `Still out? Reply OUT`; None where that was not asked lately."""
        backend, phone = self.services.backend, inbound.address or ""
        async with backend.db.read_session() as session:
            if await reports.find_restored_notice(session, backend, phone) is None:
                return None

        async def respond(
            session: AsyncSession, stored: Inbound, record: conversations.RecordedMessage
        ) -> tuple[Reply, bool]:
            with use_language(_detect_language(inbound.text, record.state.language)):
                words = await reports.report_still_out(session, backend, inbound.conversation, phone, stored.text)
            return Reply((Message(words),) if words else ()), False

        return render_texts(await self.services.turns.answer_at_once(inbound, deadline, respond))

    async def _choose_still_out(self, inbound: Inbound, deadline: RecordDeadline) -> list[OutgoingText] | None:
        """Answer the place that was asked for after `OUT`; None for anything else, and while a question is open."""
        backend, phone = self.services.backend, inbound.address or ""
        async with backend.db.read_session() as session:
            state = await conversations.open_now(session, inbound.conversation)
            if state.expects or state.offered:
                return None
            found = await reports.find_place_answer(session, backend, inbound.conversation, phone, inbound.text)
            if found is None:
                return None

        async def respond(
            session: AsyncSession, stored: Inbound, record: conversations.RecordedMessage
        ) -> tuple[Reply, bool]:
            with use_language(_detect_language(inbound.text, record.state.language)):
                words = await reports.choose_still_out(session, backend, inbound.conversation, found, stored.text)
            return Reply((Message(words),)), False

        return render_texts(await self.services.turns.answer_at_once(inbound, deadline, respond))

    async def _load_context(self, inbound: Inbound) -> TextContext:
        backend, phone = self.services.backend, inbound.address or ""
        async with backend.db.read_session() as session:
            stopped = await outbox.is_opted_out(session, phone)
            state = await conversations.open_now(session, inbound.conversation)
            recent = await conversations.answered_since(
                session, inbound.conversation, backend.clock.now() - LOOKBACK, limit=LOOKBACK_LIMIT
            )
            silent = not recent or recent[0].received_at < backend.clock.now() - conversations.IDLE
            idle = silent or not (state.expects or state.offered)
            accounts = None
            if not stopped:
                # a list of choices, such as "1 More", asks for no number that could be the wrong one
                answers_reminder = not state.expects and await wrong_number.was_reminded(session, backend, phone)
                accounts = await wrong_number.find_misdirected_accounts(
                    session, phone, inbound.text, idle=idle or answers_reminder
                )
            objects = await objections.is_objection_to_notice(session, backend, phone, inbound.text)
            context = TextContext(stopped, state.expects, recent, idle, accounts, is_objection=objects)
            if stopped:
                return context
            doubtful = recent[0].text if context.asked_to_stop else inbound.text if idle else ""
            possible = await wrong_number.find_possibly_misdirected_accounts(session, phone, doubtful)
            return replace(context, possibly_misdirected_accounts=possible)

    def _detect_request(
        self, inbound: Inbound, opt_out_type: str, context: TextContext
    ) -> own_replies.TextingRequest | None:
        """What the text asks about texting itself; None where it is for the dialogue."""
        request = own_replies.detect_opt_request(
            inbound.text, opt_out_type, stopped=context.has_opted_out, idle=context.is_idle
        )
        if context.has_opted_out or opt_out_type:
            return None if request == "perhaps" else request
        if context.is_objection and request in (None, "perhaps"):
            return None
        if context.misdirected_accounts is not None:
            return "misdirected"
        if not context.asked_to_stop:
            return "perhaps" if request is None and context.possibly_misdirected_accounts is not None else request
        agreed = parse_stop_confirmation(inbound.text)
        if agreed or request in ("stop", "perhaps"):
            return "stop" if context.possibly_misdirected_accounts is None else "misdirected"
        return "keep" if agreed is False else request

    async def _apply_request(
        self,
        inbound: Inbound,
        request: own_replies.TextingRequest,
        context: TextContext,
        deadline: RecordDeadline,
        *,
        answered_by_carrier: bool,
    ) -> list[OutgoingText]:
        """Act on a request about texting, once, however often the text is delivered."""
        backend, coop = self.services.backend, self.services.coop
        # one confirmation of a stop, and then silence: the carriers' rule
        silent = answered_by_carrier or (request == "stop" and context.has_opted_out)

        async def respond(
            session: AsyncSession, stored: Inbound, record: conversations.RecordedMessage
        ) -> tuple[Reply, bool]:
            with use_language(_detect_language(inbound.text, record.state.language)):
                if request == "misdirected":
                    words = wrong_number.format_apology(coop.short_name, on_file=bool(context.affected_accounts))
                elif request == "keep":
                    words = own_replies.format_texts_kept(context.expects)
                else:
                    words = own_replies.format_confirmation(request, coop)
                if request == "misdirected" and context.affected_accounts:
                    confirmed = context.asked_to_stop and context.misdirected_accounts is None
                    said = context.recent_messages[0].text if confirmed else stored.text
                    phone = inbound.address or ""
                    await wrong_number.file_wrong_number_ticket(
                        session, backend, inbound.conversation, phone, said, context.affected_accounts
                    )
            await self._update_opt_out(session, stored, request)
            hints = {own_replies.OWN_REPLY_HINT: own_replies.ASKED_TO_STOP} if request == "perhaps" else {}
            reply = Reply(() if silent else (Message(words, hints=hints),))
            return reply, request in ("stop", "misdirected")

        return render_texts(await self.services.turns.answer_at_once(inbound, deadline, respond))

    async def _update_opt_out(
        self, session: AsyncSession, inbound: Inbound, request: own_replies.TextingRequest
    ) -> None:
        """Stop or start texts, at once; the TCPA would allow ten business days.

        A stop also ends what was open, so that a later START does not continue it.
        """
        backend, phone = self.services.backend, inbound.address or ""
        if request in ("stop", "misdirected"):
            await outbox.opt_out(session, backend, phone, via="sms", reply=inbound.text)
            await take_back_answers(session, backend, {phone})
            await expire_open_quotes(session, backend, inbound.conversation)
            refusal = Agreement(inbound.conversation, Level.ANONYMOUS, "sms", "", inbound.text)
            await text_pay.end_at_phone(session, backend, phone, "stop", refusal)
            await identity.end_identity(session, backend, inbound.conversation)
        elif request == "start":
            await outbox.opt_in(session, backend, phone, via="sms", reply=inbound.text)

    async def _send_own_reply(
        self, inbound: Inbound, mark: str, words: str, deadline: RecordDeadline
    ) -> list[OutgoingText]:
        """Answer with fixed words and leave the open question as it is."""

        async def respond(*_: object) -> tuple[Reply, bool]:
            return Reply((Message(words, hints={own_replies.OWN_REPLY_HINT: mark}),) if words else ()), False

        return render_texts(await self.services.turns.answer_at_once(inbound, deadline, respond))

    async def deliver(self, session: AsyncSession, inbound: Inbound, reply: Reply, *, is_late: bool) -> None:
        """Put a late answer into the outbox; one that is in time goes out as TwiML."""
        if not is_late or not inbound.address:
            return
        for position, text in enumerate(render_texts(reply, self.services.settings.public_url)):
            await outbox.enqueue(
                session,
                self.services.backend,
                kind="sms",
                recipient=inbound.address,
                body=text.body,
                media_url=text.media,
                purpose="reply",
                dedupe_key=f"reply:{inbound.provider_id}:{position}",
            )

    async def update_status(self, form: TwilioForm, key: str | None) -> None:
        """Apply Twilio's status of a message that we sent. Statuses we do not know are ignored."""
        sid = form.require("MessageSid", MESSAGE_SID)
        status = CARRIER_STATUSES.get(form.get("MessageStatus", ""))
        if status is None:
            return
        async with self.services.backend.db.transaction() as session:
            error = form.get("ErrorCode") or None
            await outbox.apply_carrier_status(
                session, self.services.backend, provider_sid=sid, key=key, status=status, error_code=error
            )
            if status in FAILED_STATUSES:
                phones = await outbox.find_recipients(session, sid, key)
                await take_back_answers(session, self.services.backend, phones)


def _is_on_call_reply(inbound: Inbound) -> bool:
    """Whether it reads as `I have it`, `I can't`, `done`, or as news from the place: `wrong address`, `nobody home`."""
    reply = parse_reply_leniently(inbound.text)
    return reply is not None and not reply.is_weak


def _detect_language(text: str, current: str) -> str:
    return SPANISH if is_worded_in_spanish(text) else detect_language(text, current)


def format_not_kept(coop: Coop, said: str) -> OutgoingText:
    """Say, in the sender's language, that a message was not recorded."""
    with use_language(_detect_language(said, ENGLISH)):
        words = tr(edge_texts.MESSAGE_NOT_KEPT, office=coop.office_phone_display)
        return OutgoingText(edge_texts.add_danger_advice(words, said, coop))


def blueprint(services: Services) -> Blueprint:
    """POST /twilio/sms and /twilio/status."""
    line = SmsChannel(services)
    services.turns.deliver["sms"] = line.deliver
    services.turns.before_engine["sms"] = ReplyToPay(services).intercept
    routes = Blueprint("sms")

    @routes.post("/twilio/sms")
    @twilio_signed
    async def sms(request: Request, form: TwilioForm) -> HTTPResponse:
        deadline = RecordDeadline()
        try:
            out = await line.answer(form, deadline)
        except RequestRefused:
            raise
        except Exception as failure:
            logger.error("a text could not be kept: %s", type(failure).__name__)
            known = failure.known if isinstance(failure, MessageNotRecorded) else not deadline.committing
            if not known:
                raise  # nobody knows whether it was recorded; Twilio tries its fallback URL, if there is one
            out = [format_not_kept(services.coop, form.get("Body", ""))]
        return HTTPResponse(render_twiml(out), content_type="text/xml; charset=utf-8")

    @routes.post("/twilio/status")
    @twilio_signed
    async def status(request: Request, form: TwilioForm) -> HTTPResponse:
        await line.update_status(form, request.args.get("key"))
        return empty()

    return routes
