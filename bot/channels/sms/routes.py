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
from backend.language import ENGLISH, SPANISH, speaking, tr
from backend.members import identity
from backend.outbox import service as outbox
from backend.payments.quotes import end_open_quotes
from backend.reading.language import language_of
from backend.reading.machine_texts import machine_kind, without_signature
from backend.reading.opt_out import agrees_to_stop, said_in_spanish
from backend.tickets import objecting
from bot.channels.senders import keyed, source_of
from bot.channels.sms import consent, on_call, own
from bot.channels.sms import misdirected as misdirection
from bot.channels.sms.loops import LOOKED_AT, OWN, WITHIN, marked, repeats_itself, said_lately
from bot.channels.sms.misdirected import may_be, misdirected
from bot.channels.sms.origin import Origin, origin_of
from bot.channels.sms.render import Text, texts, twiml
from bot.dialogue import edge_texts, normalize
from bot.dialogue.keep_deadline import Keeping, NotKept
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.reply_json import reply_from_json, reply_to_json
from bot.services import Services
from bot.web.errors import Refusal
from bot.web.twilio_guard import MESSAGE_SID, TwilioForm, twilio_signed

logger = logging.getLogger("memberline.sms")

ANSWER_SECONDS = 2.5
"""Longer than this Twilio is not kept waiting: the answer then goes out by the outbox."""

STATUSES = {
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}


def conversation_of(settings: Settings, phone: str) -> str:
    """The conversation of a phone: always the same, and telling nobody the number."""
    return "sms-" + keyed(settings, "conversation", phone)


@dataclass(frozen=True)
class Before:
    """What stands when a text comes: whether its phone has stopped, what is open, and the last hour's answers."""

    stopped: bool
    expects: str
    lately: list[InboundMessage]
    idle: bool
    """No question is open, or it was asked so long ago that an answer to it would be read anew."""
    accounts: list[Account] | None
    """Those that have this phone on file, where the text says that it reached somebody else."""
    perhaps: list[Account] | None = None
    """The same where it may say so, or where the text before this one may and the question about it is open."""
    objects: bool = False
    """`Not me`, `I did not ask for this`: said of what they were told of lately, and not of the phone or of texts."""

    @property
    def holders(self) -> list[Account]:
        """The accounts whose phone it is not, so far as is known."""
        return (self.perhaps if self.accounts is None else self.accounts) or []

    @property
    def asked(self) -> bool:
        """Whether the last answer was the question if all texts are to stop."""
        return bool(self.lately) and marked(self.lately[0], own.ASKED)


@dataclass(frozen=True)
class SmsLine:
    """The text line over the services."""

    services: Services

    def inbound(self, form: TwilioForm, origin: Origin) -> Inbound:
        """The neutral message of a verified form. Raises BadField."""
        settings = self.services.settings
        # another app is a talk of its own: what was begun by text is not gone on with there
        name = f"{origin.app}:{origin.phone}" if origin.app else origin.phone
        return Inbound(
            channel="sms",
            conversation=conversation_of(settings, name),
            provider_id=form.need("MessageSid", MESSAGE_SID),
            text=without_signature(form.get("Body", "")),
            address=origin.phone,
            attested=False,  # Twilio signs that it came, and nobody that its sender is not forged
            source=source_of(settings, origin.phone),
        )

    async def answer(self, form: TwilioForm, keeping: Keeping) -> list[Text]:
        """What to say to a message, now. Raises NotKept when it is not written down in time."""
        origin = origin_of(form)
        form.need("MessageSid", MESSAGE_SID)
        kind = machine_kind(form.get("Body", ""))
        if origin is None or kind in ("reaction", "notice"):
            logger.info("a text that is not answered: %s", kind or "from no phone")
            return []
        inbound = self.inbound(form, origin)
        before = await keeping.result(self._before(inbound))
        wish = self._wish(inbound, form.get("OptOutType", ""), before)
        if kind == "auto_reply" and wish == "perhaps":
            wish = None  # it is nobody's wish, and nobody could be asked
        # "not me" and "wrong address" of somebody on call are about the callout: no wish to get no more texts
        theirs = wish is None or (wish in ("misdirected", "perhaps") and on_call.speaks_of_it(inbound))
        if theirs and on_call.may_be_about_it(self.services.backend, inbound):
            taken = await keeping.result(self._take(inbound, keeping))
            if taken is not None:
                return [] if before.stopped else taken
        danger = edge_texts.danger_words(inbound.text, self.services.coop)
        if danger and wish in ("perhaps", "misdirected") and not before.asked:
            wish = None  # "stop this gas leak" is no wish about texts
        # who has stopped texts and tells of danger is heard: what saves a life is answered under the law's exception
        # for emergencies (47 U.S.C. 227 (b)(1)(A)), and the crew is called out whether the carrier brings it or not
        if wish is None and before.stopped and not danger:
            logger.info("a phone that has stopped messages wrote; it is not answered")
            return []
        if wish is not None:
            by_carrier = bool(form.get("OptOutType"))
            return await keeping.result(self._obey(inbound, wish, before, keeping, answered_by_carrier=by_carrier))
        mark = own.instead_of_a_turn(form, origin.app, kind)
        quiet = said_lately(mark, before.lately) if mark else repeats_itself(inbound.text, before.lately)
        if quiet and danger and not said_lately(own.DANGER, before.lately):
            mark, quiet = own.DANGER, False  # the report was made with the first of them; nobody is left without a word
        if quiet and all(row.provider_id != inbound.provider_id for row in before.lately):
            logger.info("a text that comes again and again is not answered any more: %s", mark or "the same words")
            return []
        if mark:
            words = own.words(mark, origin.app, self.services, inbound.text)
            return await keeping.result(self._say(inbound, mark, words, keeping))
        reply = await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS, keeping=keeping)
        return [] if reply.late else texts(reply, self.services.settings.public_url)

    async def _take(self, inbound: Inbound, keeping: Keeping) -> list[Text] | None:
        """Who has an urgent ticket, once, however often the text is delivered; None when it is about something else."""
        backend = self.services.backend
        async with backend.db.transaction() as session:
            before = await conversations.find_inbound(session, "sms", inbound.provider_id)
            if before is not None:
                return texts(reply_from_json(before.reply)) if before.reply else None
            words = await on_call.heard(session, backend, inbound)
            if words is None:
                return None
            recorded = await self._write_down(session, inbound)
            # what the assistant had asked is not answered by the next word: that is about the callout again
            said = await self._save(session, recorded, inbound, words, {}, ends=True)
            keeping.before_commit()
        return said

    async def _before(self, inbound: Inbound) -> Before:
        backend, phone = self.services.backend, inbound.address or ""
        async with backend.db.reading() as session:
            stopped = await outbox.is_opted_out(session, phone)
            stands = await conversations.open_now(session, inbound.conversation)
            lately = await conversations.answered_since(
                session, inbound.conversation, backend.clock.now() - WITHIN, limit=LOOKED_AT
            )
            silent = not lately or lately[0].received_at < backend.clock.now() - conversations.IDLE
            idle = silent or not (stands.expects or stands.offered)
            accounts = None if stopped else await misdirected(session, phone, inbound.text, idle=idle)
            objects = await objecting.answers_notice(session, backend, phone, inbound.text)
            before = Before(stopped, stands.expects, lately, idle, accounts, objects=objects)
            doubted = lately[0].text if before.asked else inbound.text if idle else ""
            return replace(before, perhaps=None if stopped else await may_be(session, phone, doubted))

    def _wish(self, inbound: Inbound, opt_out_type: str, before: Before) -> own.Wish | None:
        """What the text wants of texting itself: to stop it, to start it, help; None where it is for the dialogue."""
        wish = consent.wish(inbound.text, opt_out_type, stopped=before.stopped, idle=before.idle)
        if before.stopped or opt_out_type:
            return None if wish == "perhaps" else wish
        if before.objects and wish in (None, "perhaps"):
            return None
        if before.accounts is not None:
            return "misdirected"
        if not before.asked:
            return "perhaps" if wish is None and before.perhaps is not None else wish
        agreed = agrees_to_stop(inbound.text)
        if agreed or wish in ("stop", "perhaps"):
            return "stop" if before.perhaps is None else "misdirected"
        return "keep" if agreed is False else wish

    async def _obey(
        self, inbound: Inbound, wish: own.Wish, before: Before, keeping: Keeping, *, answered_by_carrier: bool
    ) -> list[Text]:
        """Do what was wished, once, however often the message is delivered."""
        backend, coop = self.services.backend, self.services.coop
        async with backend.db.transaction() as session:
            recorded = await self._write_down(session, inbound)
            if not recorded.fresh:
                return texts(reply_from_json(recorded.reply or {}))
            with speaking(_language(inbound.text, recorded.open.language)):
                if wish == "misdirected":
                    words = misdirection.sorry(coop.short_name, on_file=bool(before.holders))
                elif wish == "keep":
                    words = own.kept(before.expects)
                else:
                    words = consent.confirmation(wish, coop)
                # one confirmation of a stop, and then silence: the carriers' rule
                if answered_by_carrier or (wish == "stop" and before.stopped):
                    words = ""
                if wish == "misdirected" and before.holders:
                    said = before.lately[0].text if before.asked and before.accounts is None else _kept(inbound)
                    await misdirection.tell_the_office(
                        session, backend, inbound.conversation, inbound.address or "", said, before.holders
                    )
            await self._change(session, inbound, wish)
            hints = {OWN: own.ASKED} if wish == "perhaps" else {}
            ends = wish in ("stop", "misdirected")
            answer = await self._save(session, recorded, inbound, words, hints, ends=ends)
            keeping.before_commit()
        return answer

    async def _change(self, session: AsyncSession, inbound: Inbound, wish: own.Wish) -> None:
        """Let texts stop or start. Whoever starts again begins anew: no later word finishes what was open."""
        backend, phone = self.services.backend, inbound.address or ""
        if wish in ("stop", "misdirected"):
            await outbox.opt_out(session, backend, phone)
            await end_open_quotes(session, backend, inbound.conversation)
            await identity.forget(session, backend, inbound.conversation)
        elif wish == "start":
            await outbox.opt_in(session, backend, phone)

    async def _say(self, inbound: Inbound, mark: str, words: str, keeping: Keeping) -> list[Text]:
        """Answer without a turn, and leave whatever is open as it is."""
        async with self.services.backend.db.transaction() as session:
            recorded = await self._write_down(session, inbound)
            if not recorded.fresh:
                return texts(reply_from_json(recorded.reply or {}))
            said = await self._save(session, recorded, inbound, words, {OWN: mark}, ends=False)
            keeping.before_commit()
        return said

    async def _write_down(self, session: AsyncSession, inbound: Inbound) -> conversations.Recorded:
        return await conversations.record_inbound(
            session,
            self.services.backend,
            channel="sms",
            provider_id=inbound.provider_id,
            conversation_id=inbound.conversation,
            text=_kept(inbound),
            address=inbound.address,
            source=inbound.source,
            attested=inbound.attested,
        )

    async def _save(
        self,
        session: AsyncSession,
        recorded: conversations.Recorded,
        inbound: Inbound,
        words: str,
        hints: dict[str, str],
        *,
        ends: bool,
    ) -> list[Text]:
        reply = Reply((Message(words, hints=dict(hints)),) if words else ())
        await conversations.save_reply(
            session,
            self.services.backend,
            recorded.id,
            inbound.conversation,
            reply_to_json(reply),
            offered=[] if ends else None,
        )
        return texts(reply)

    async def deliver(self, session: AsyncSession, inbound: Inbound, reply: Reply, late: bool) -> None:
        """Put a late answer into the outbox; one in time goes out as TwiML."""
        if not late or not inbound.address:
            return
        for place, text in enumerate(texts(reply, self.services.settings.public_url)):
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

    async def news(self, form: TwilioForm, key: str | None) -> None:
        """Take over how a message that we sent is getting on."""
        sid = form.need("MessageSid", MESSAGE_SID)
        status = STATUSES.get(form.get("MessageStatus", ""))
        if status is None:
            return
        async with self.services.backend.db.transaction() as session:
            await outbox.carrier_news(
                session,
                self.services.backend,
                provider_sid=sid,
                key=key,
                status=status,
                error_code=form.get("ErrorCode") or None,
            )


def _kept(inbound: Inbound) -> str:
    return normalize.fit_to_keep(inbound.text)[: normalize.MAX_TEXT]


def _language(text: str, current: str) -> str:
    return SPANISH if said_in_spanish(text) else language_of(text, current)


def not_kept(coop: Coop, said: str) -> Text:
    """Tells that a message was not taken, in its language."""
    with speaking(_language(said, ENGLISH)):
        return Text(edge_texts.with_danger(tr(edge_texts.NOT_KEPT, **edge_texts.office(coop)), said, coop))


def blueprint(services: Services) -> Blueprint:
    """POST /twilio/sms and /twilio/status."""
    line = SmsLine(services)
    services.turns.deliver["sms"] = line.deliver
    routes = Blueprint("sms")

    @routes.post("/twilio/sms")
    @twilio_signed
    async def sms(request: Request, form: TwilioForm) -> HTTPResponse:
        keeping = Keeping()
        try:
            out = await line.answer(form, keeping)
        except Refusal:
            raise
        except Exception as failure:
            logger.error("a text could not be kept: %s", type(failure).__name__)
            known = failure.known if isinstance(failure, NotKept) else not keeping.committing
            if not known:
                raise  # nothing true can be said; Twilio turns to the fallback address, where there is one
            out = [not_kept(services.coop, form.get("Body", ""))]
        return HTTPResponse(twiml(out), content_type="text/xml; charset=utf-8")

    @routes.post("/twilio/status")
    @twilio_signed
    async def status(request: Request, form: TwilioForm) -> HTTPResponse:
        await line.news(form, request.args.get("key"))
        return empty()

    return routes
