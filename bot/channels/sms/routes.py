"""Twilio's webhooks for text messages: signature, then a typed form, then a neutral message, then TwiML."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import empty
from sqlalchemy.ext.asyncio import AsyncSession

from backend.config import Settings
from backend.conversations import service as conversations
from backend.coop import Coop
from backend.language import ENGLISH, speaking, tr
from backend.members import identity
from backend.outbox import service as outbox
from backend.payments.quotes import end_open_quotes
from backend.reading.language import language_of
from bot import intake, wording
from bot.channels.senders import keyed, source_of
from bot.channels.sms import consent
from bot.channels.sms.render import Text, texts, twiml
from bot.keeping import Keeping, NotKept
from bot.messages import Inbound, Message, Reply
from bot.reply_json import reply_from_json, reply_to_json
from bot.services import Services
from bot.twilio_guard import E164, MESSAGE_SID, TwilioForm, twilio_signed
from bot.web_errors import Refusal

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
class SmsLine:
    """The text line over the services."""

    services: Services

    def inbound(self, form: TwilioForm) -> Inbound:
        """The neutral message of a verified form. Raises BadField."""
        phone = form.need("From", E164)
        form.need("To", E164)
        return Inbound(
            channel="sms",
            conversation=conversation_of(self.services.settings, phone),
            provider_id=form.need("MessageSid", MESSAGE_SID),
            text=form.get("Body", ""),
            address=phone,
            attested=True,  # carriers vouch for the sender of a text, and Twilio has signed it
            source=source_of(self.services.settings, phone),
        )

    async def answer(self, form: TwilioForm, keeping: Keeping) -> list[Text]:
        """What to say to a message, now. Raises NotKept when it is not written down in time."""
        inbound = self.inbound(form)
        stopped = await keeping.result(self._is_stopped(inbound))
        wish = consent.wish(inbound.text, form.get("OptOutType", ""), stopped=stopped)
        if wish is not None:
            by_carrier = bool(form.get("OptOutType"))
            return await keeping.result(self._obey(inbound, wish, keeping, answered_by_carrier=by_carrier))
        if stopped:
            logger.info("a phone that has stopped messages wrote; it is not answered")
            return []
        reply = await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS, keeping=keeping)
        return [] if reply.late else texts(reply, self.services.settings.public_url)

    async def _is_stopped(self, inbound: Inbound) -> bool:
        async with self.services.backend.db.reading() as session:
            return await outbox.is_opted_out(session, inbound.address or "")

    async def _obey(
        self, inbound: Inbound, wish: consent.Wish, keeping: Keeping, *, answered_by_carrier: bool
    ) -> list[Text]:
        """Do what was wished, once, however often the message is delivered."""
        backend = self.services.backend
        async with backend.db.transaction() as session:
            recorded = await conversations.record_inbound(
                session,
                backend,
                channel="sms",
                provider_id=inbound.provider_id,
                conversation_id=inbound.conversation,
                text=intake.fit_to_keep(inbound.text)[: intake.MAX_TEXT],
                address=inbound.address,
                source=inbound.source,
                attested=inbound.attested,
            )
            if not recorded.fresh:
                return texts(reply_from_json(recorded.reply or {}))
            with speaking(language_of(inbound.text, recorded.open.language)):
                words = "" if answered_by_carrier else consent.confirmation(wish, backend.coop)
            reply = Reply((Message(words),) if words else ())
            if wish == "stop":
                await outbox.opt_out(session, backend, inbound.address or "")
                # whoever starts again begins anew: no later word may finish what was open when they stopped
                await end_open_quotes(session, backend, inbound.conversation)
                await identity.forget(session, backend, inbound.conversation)
            elif wish == "start":
                await outbox.opt_in(session, backend, inbound.address or "")
            await conversations.save_reply(
                session,
                backend,
                recorded.id,
                inbound.conversation,
                reply_to_json(reply),
                offered=[] if wish == "stop" else None,
            )
            keeping.before_commit()
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


def not_kept(coop: Coop, said: str) -> Text:
    """Tells that a message was not taken, in its language."""
    with speaking(language_of(said, ENGLISH)):
        return Text(tr(wording.NOT_KEPT, **wording.office(coop)))


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
