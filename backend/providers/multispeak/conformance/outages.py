"""Checks of an OA_Server. They only read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from backend.providers.billing.system import SystemRejected
from backend.providers.multispeak.answers import attribute, descendants, moment, text
from backend.providers.multispeak.conformance.billing import NAME_ACCOUNT
from backend.providers.multispeak.conformance.connection import connection_checks
from backend.providers.multispeak.conformance.report import Check, NotTried, Use
from backend.providers.outages.multispeak import MultiSpeakOutages

LIST = "the list of outages, by place"
USES = {
    "GetAllActiveOutageEvents": Use(LIST, "each outage is read by itself, from GetActiveOutages"),
    "GetActiveOutages": Use(LIST, "not missed where GetAllActiveOutageEvents works"),
    "GetOutageEvent": Use(LIST, "not missed where GetAllActiveOutageEvents works"),
    "GetOutageEventStatus": Use("when power is expected back", "only the time in the list is told"),
    "GetOutageStatusByLocation": Use("is it out at my account", "outages are found by place alone"),
    "GetOutageEventStatusByOutageLocation": Use("cause and time for an account", "it is out, without cause and time"),
    "ODEventNotification": Use("reports to the outage system", "a dispatcher enters them from the tickets"),
}
NO_OUTAGE = "there is no outage now: run it again when there is one"
STATUSES = frozenset(
    {"assumed", "confirmed", "restored", "scheduled", "stillout", "nonpay", "nooutage", "unknown", "other"}
)


class OutageChecks:
    def __init__(self, provider: MultiSpeakOutages, account: str | None, zone: ZoneInfo) -> None:
        self._provider, self._client = provider, provider.client
        self._account_number, self._zone = account, zone
        self._active: str | None = None

    def all(self) -> list[Check]:
        runs: dict[str, Callable[[], Awaitable[str]]] = {
            "GetAllActiveOutageEvents": self.all_events,
            "GetActiveOutages": self.active,
            "GetOutageEvent": self.event,
            "GetOutageEventStatus": self.event_status,
            "GetOutageStatusByLocation": self.location,
            "GetOutageEventStatusByOutageLocation": self.event_of_location,
            "ODEventNotification": self.report,
        }
        writes = "ODEventNotification"
        checks = [Check(name, use, runs[name], writes=name == writes) for name, use in USES.items()]
        return [*connection_checks(self._client, USES), *checks]

    async def all_events(self) -> str:
        answer = await self._client.call("GetAllActiveOutageEvents", {"lastReceived": ""})
        events = list(descendants(answer.result, "outageEvent"))
        for each in events:
            moment(each, "ETOR", self._zone)
        self._active = next((attribute(each, "objectID") for each in events), self._active)
        placed = sum(bool(text(each, "area") or text(each, "problemLocation")) for each in events)
        return f"{len(events)} outages, {placed} with an area or a place: would members know the words?"

    async def active(self) -> str:
        answer = await self._client.call("GetActiveOutages")
        names = [text(each) for each in answer.result if text(each)]
        self._active = next(iter(names), self._active)
        return f"{len(names)} outages"

    async def event(self) -> str:
        answer = await self._client.call("GetOutageEvent", {"outageEventID": self._outage()})
        status = text(answer.result, "outageStatus")
        if not status:
            raise SystemRejected("invalid_answer", "the outage has no outageStatus")
        return f"one outage, {status}"

    async def event_status(self) -> str:
        answer = await self._client.call("GetOutageEventStatus", {"outageEventID": self._outage()})
        estimate = moment(answer.result, "ETOR", self._zone)
        return f"power is expected back {estimate.astimezone(self._zone):%Y-%m-%d %H:%M}" if estimate else "no ETOR yet"

    async def location(self) -> str:
        answer = await self._client.call("GetOutageStatusByLocation", self._location())
        status = attribute(answer.result, "status")
        if status.lower() not in STATUSES:
            raise SystemRejected("invalid_answer", f"the status {status!r} is none of the standard")
        return f"{status}: compare it with the dispatcher's screen"

    async def event_of_location(self) -> str:
        status = await self._provider.ask(self._account())
        if not status.is_out:
            raise NotTried("the account has power: name one that has none")
        return "the outage is named" if status.event_id else "out, without the outage's objectID"

    async def report(self) -> str:
        raise NotTried("it would report an outage: try it with the dispatcher")

    def _outage(self) -> str:
        if not self._active:
            raise NotTried(NO_OUTAGE)
        return self._active

    def _account(self) -> str:
        if self._account_number is None:
            raise NotTried(NAME_ACCOUNT)
        return self._account_number

    def _location(self) -> dict[str, dict[str, str]]:
        return {"location": {"accountNumber": self._provider.numbers.theirs(self._account())}}
