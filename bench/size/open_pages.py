"""Many open pages with live events: `python -m bench.size.open_pages --staff 100 --members 100 --seconds 60`.

Starts `memberline serve` with the demo members and the office open. Clerks keep the event stream of the inbox open,
each at a talk, and look at pages; members keep the stream of the chat open, write, and look at pages. It prints how
long pages took, how long an event took from the request that made it to every page that shows it, the memory of each
process, what went wrong, and what the main pages weigh: cold, and warm with what the browser has kept.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp
from argon2 import PasswordHasher

from backend.demo import DEMO_PASSWORD
from bench import processes
from bench.load_test import percentile
from bot.channels.webchat.sessions import session_conversation_id
from lab.served_system import OPEN, ServedSystem

PASSWORD = "a password for a measurement alone"
ASK = "I want to talk to a person"
TALKS = 20
"""So many members wait for the office; the clerks' pages are spread over their talks."""
CLERK_PAGES = (
    "/staff", "/staff/tickets", "/staff/outages", "/staff/calls", "/staff/money", "/staff/members/99999-001",
    "/staff/reports?days=7",
)  # fmt: skip
MEMBER_PAGES = ("/portal/login", "/portal/quick-pay", "/portal/create")
ACCOUNT_PAGES = ("/portal", "/portal/bills", "/portal/usage", "/portal/pay-now")
WORDS = "member's words to the pages of the talk"
ANSWER = "assistant's answer to the member's page"
REPLY = "clerk's answer to the member's page"
PROBES, PROBE_SECONDS = 5, 3.0
LATE_SECONDS = 20.0
ASSET = re.compile(r"<(?:link [^>]*href|script [^>]*src|img [^>]*src)=\"([^\"]+)\"")


@dataclass
class Taken:
    """Milliseconds by kind, and what went wrong by kind of fault."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        began = time.perf_counter()
        try:
            yield
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            self.faults[f"{kind}: {type(fault).__name__}"] += 1
        else:
            self.times[kind].append((time.perf_counter() - began) * 1000)

    def note_status(self, kind: str, status: int) -> None:
        if status >= 400:
            self.faults[f"{kind}: status {status}"] += 1

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"kind": kind, "count": len(values)}
            | {f"p{share}_ms": round(percentile(values, share), 1) for share in (50, 95, 99)}
            for kind, values in sorted(self.times.items())
        ]


class Stream:
    """An open event stream. `arrived` has, by the name of an event, when it came (perf_counter)."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url
        self.arrived: dict[str, list[float]] = defaultdict(list)
        self.opened = asyncio.Event()

    async def read(self, taken: Taken) -> None:
        try:
            async with self.http.get(self.url, timeout=aiohttp.ClientTimeout(total=None)) as answer:
                taken.note_status("stream", answer.status)
                self.opened.set()
                async for line in answer.content:
                    if line.startswith(b"event: "):
                        self.arrived[line[7:].strip().decode()].append(time.perf_counter())
        except (aiohttp.ClientError, OSError) as fault:
            taken.faults[f"stream: {type(fault).__name__}"] += 1
        finally:
            self.opened.set()

    def first_after(self, event: str, at: float) -> float | None:
        return next((one for one in self.arrived[event] if one > at), None)


class Person:
    """A browser of its own address and cookies: limits count by address."""

    def __init__(self, number: int, url: str, taken: Taken) -> None:
        address = f"127.0.{1 + number // 200}.{1 + number % 200}"
        connector = aiohttp.TCPConnector(local_addr=(address, 0), limit=6)
        self.http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.number, self.url, self.taken = number, url, taken
        self.stream: Stream | None = None
        self.talk = self.session = ""
        self.waits = self.signed_in = False

    async def look(self, path: str, kind: str = "") -> str:
        """A page, drawn or refused; its text."""
        kind, text = kind or path.partition("?")[0], ""
        async with self.taken.timed(kind), self.http.get(self.url + path) as answer:
            text = await answer.text()
            self.taken.note_status(kind, answer.status)
        return text

    async def send(self, path: str, kind: str, **body: Any) -> Any:
        text = ""
        async with self.taken.timed(kind), self.http.post(self.url + path, **body) as answer:
            text = await answer.text()
            self.taken.note_status(kind, answer.status)
        return text

    async def write(self, words: str) -> None:
        body = {"session": self.session, "id": os.urandom(8).hex(), "text": words}
        await self.send("/chat/messages", "message to a clerk" if self.waits else "message to the assistant", json=body)

    def listen(self, path: str, group: asyncio.TaskGroup) -> Stream:
        self.stream = Stream(self.http, self.url + path)
        self.task = group.create_task(self.stream.read(self.taken))
        return self.stream


class Measurement:
    """One run against a started system; made inside the loop, whose connections it opens."""

    def __init__(self, system: ServedSystem, options: argparse.Namespace) -> None:
        self.system, self.options, self.taken = system, options, Taken()
        self.random = random.Random(1)
        make = [Person(number, system.url, self.taken) for number in range(options.staff + options.members)]
        self.clerks, self.members = make[: options.staff], make[options.staff :]
        self.waiting: list[Person] = []

    async def run(self) -> dict[str, Any]:
        memory = {"at the start": self._memory()}
        async with asyncio.TaskGroup() as group:
            await self._open_members(group)
            await self._open_clerks(group)
            memory["all pages open"] = self._memory()
            self.taken.times.clear()
            cpu, began = processes.read_cpu_ms(self._pids()), time.perf_counter()
            await self._live()
            cores = (processes.read_cpu_ms(self._pids()) - cpu) / 1000 / (time.perf_counter() - began)
            await self._probe()
            memory["at the end"] = self._memory()
            for person in (*self.clerks, *self.members):
                person.task.cancel()
        weights = await self._weigh()
        for person in (*self.clerks, *self.members):
            await person.http.close()
        return {
            "staff": len(self.clerks), "members": len(self.members), "seconds": self.options.seconds,
            "cores": os.cpu_count(), "load_average": os.getloadavg(), "cores_used": round(cores, 2),
            "times": self.taken.rows(), "faults": dict(self.taken.faults), "memory": memory, "weights": weights,
        }  # fmt: skip

    async def _open_members(self, group: asyncio.TaskGroup) -> None:
        for member in self.members:
            member.session = json.loads(await member.send("/chat/sessions", "new session", json={}))["session"]
            member.talk = str(session_conversation_id(self.system.settings, member.session))
            await member.listen(f"/chat/events?session={member.session}", group).opened.wait()
        self.waiting = self.members[:TALKS]
        for member in self.waiting:
            member.waits = True
            await member.write(ASK)
        for number, member in enumerate(self.members[TALKS:]):
            if number % 4 == 0:  # every fourth is at the account page as well
                form = {"user_id": "ruth.alvarez", "password": DEMO_PASSWORD}
                await member.send("/portal/login", "sign in", data=form)
                member.signed_in = True

    async def _open_clerks(self, group: asyncio.TaskGroup) -> None:
        for clerk in self.clerks:
            form = {"name": f"clerk{clerk.number}", "password": PASSWORD}
            await clerk.send("/staff/sign-in", "sign in", data=form)
            clerk.talk = self.waiting[clerk.number % len(self.waiting)].talk
            await clerk.listen(f"/staff/events?talk={clerk.talk}", group).opened.wait()

    async def _live(self) -> None:
        """Everybody at once until the time is over."""
        ends = time.perf_counter() + self.options.seconds
        async with asyncio.TaskGroup() as group:
            for clerk in self.clerks:
                group.create_task(self._work(clerk, ends))
            for member in self.members:
                group.create_task(self._visit(member, ends))

    async def _pause(self, ends: float, seconds: float) -> bool:
        wait = self.random.uniform(0.5, 1.5) * seconds
        await asyncio.sleep(max(0.0, min(wait, ends - time.perf_counter())))
        return time.perf_counter() < ends

    async def _work(self, clerk: Person, ends: float) -> None:
        while await self._pause(ends, self.options.pause):
            if clerk.talk and self.random.random() < 0.4:
                page = await clerk.look(f"/staff/talks/{clerk.talk}", "/staff/talks/…")
                if self.random.random() < 0.5:
                    await self._answer(clerk, page)
            else:
                await clerk.look(self.random.choice(CLERK_PAGES))

    async def _answer(self, clerk: Person, page: str) -> None:
        fields = {name: _hidden(page, name) for name in ("token", "last", "seen", "over")}
        if not fields["token"]:
            self.taken.faults["answer: no form"] += 1
            return
        began = time.perf_counter()
        data = {**fields, "text": f"We look at it ({began:.3f})."}
        kind = "answer of a clerk"
        url = f"{self.system.url}/staff/talks/{clerk.talk}/answer"
        status = 0
        async with self.taken.timed(kind), clerk.http.post(url, data=data) as sent:
            await sent.read()
            status = sent.status
        if status == 200:
            owner = next(one for one in self.waiting if one.talk == clerk.talk)
            await self._time_event(REPLY, [owner.stream] if owner.stream else [], "message", began)
        elif status != 409:  # a colleague was faster: the page says so
            self.taken.note_status(kind, status)

    async def _visit(self, member: Person, ends: float) -> None:
        pages = MEMBER_PAGES + (ACCOUNT_PAGES if member.signed_in else ())
        while await self._pause(ends, self.options.pause * 2):
            await member.look(self.random.choice(pages))
            began = time.perf_counter()
            if member.waits:
                await member.write("is somebody there?")
                await self._time_event(WORDS, self._at(member.talk), f"talk-{member.talk}", began)
            elif member.stream:
                await member.write("what are your hours?")
                await self._time_event(ANSWER, [member.stream], "message", began)

    def _at(self, talk: str) -> list[Stream]:
        return [clerk.stream for clerk in self.clerks if clerk.talk == talk and clerk.stream]

    async def _time_event(self, kind: str, streams: list[Stream], event: str, began: float) -> None:
        """From the request to the last of these streams."""
        ends = time.perf_counter() + LATE_SECONDS
        while any(stream.first_after(event, began) is None for stream in streams):
            if time.perf_counter() > ends:
                self.taken.faults[f"event: {kind}, late"] += 1
                return
            await asyncio.sleep(0.02)
        if streams:
            last = max(stream.first_after(event, began) or began for stream in streams)
            self.taken.times[f"event: {kind}"].append((last - began) * 1000)

    async def _probe(self) -> None:
        """With everybody quiet: from a member's message to every clerk's list."""
        await asyncio.sleep(PROBE_SECONDS)
        streams = [clerk.stream for clerk in self.clerks if clerk.stream]
        for number in range(PROBES):
            began = time.perf_counter()
            await self.waiting[number % len(self.waiting)].write("hello?")
            await self._time_event("member's words to every clerk's list", streams, "inbox", began)
            await asyncio.sleep(PROBE_SECONDS)

    def _pids(self) -> list[int]:
        return processes.list_process_tree([self.system.pid])

    def _memory(self) -> dict[str, dict[str, float]]:
        """PSS and RSS in MB of each process, by the end of its command."""
        found = {}
        for pid in self._pids():
            command = processes.read_command(pid).strip()
            use = processes.read_memory([pid])
            if command and use.rss_mb:
                found[f"{pid} {command[-60:]}"] = {"pss_mb": use.pss_mb, "rss_mb": use.rss_mb}
        return found

    async def _weigh(self) -> list[dict[str, Any]]:
        clerk = self.clerks[0]
        member = next((one for one in self.members if one.signed_in), self.members[0])
        pages = [(clerk, path) for path in (*CLERK_PAGES, f"/staff/talks/{clerk.talk}")]
        pages += [(self.members[0], path) for path in ("/", "/widget.js", *MEMBER_PAGES)]
        pages += [(member, path) for path in ACCOUNT_PAGES]
        return [await weigh_page(person.http, self.system.url, path) for person, path in pages]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


async def weigh_page(http: aiohttp.ClientSession, url: str, path: str) -> dict[str, Any]:
    """Bytes on the wire of a page and what it loads, `cold`; `warm` without what the browser need not load again."""
    html, text, _ = await _load(http, url + path)
    parts = {"html": html, "css": 0, "js": 0, "other": 0}
    warm = html
    for asset in dict.fromkeys(ASSET.findall(text)):
        address = urljoin(url + path, asset)
        if not address.startswith(url):
            continue
        size, _, headers = await _load(http, address)
        kind = address.partition("?")[0].rpartition(".")[2]
        parts[kind if kind in parts else "other"] += size
        warm += await _weigh_again(http, address, headers)
    return {"page": path, **parts, "cold": sum(parts.values()), "warm": warm}


async def _load(http: aiohttp.ClientSession, address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    sent = {"Accept-Encoding": "gzip", **headers}
    async with http.get(address, headers=sent, auto_decompress=False) as answer:
        body = await answer.read()
        plain = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        return len(body), plain.decode(errors="replace"), {key.lower(): value for key, value in answer.headers.items()}


async def _weigh_again(http: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("cache-control", ""))
    if found and int(found[1]):
        return 0
    if etag := headers.get("etag"):
        return (await _load(http, address, **{"If-None-Match": etag}))[0]
    return (await _load(http, address))[0]


async def measure(system: ServedSystem, options: argparse.Namespace) -> dict[str, Any]:
    """What `format_result` prints; times are milliseconds, memory megabytes, weights bytes."""
    return await Measurement(system, options).run()


def format_result(result: dict[str, Any]) -> str:
    """As tables."""
    lines = [
        f"{result['staff']} pages of the office and {result['members']} of members, {result['seconds']} s, on "
        f"{result['cores']} cores, of which it used {result['cores_used']}",
        "",
        f"{'what':<48}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}",
        *(
            f"{row['kind']:<48}{row['count']:>7}{row['p50_ms']:>9}{row['p95_ms']:>9}{row['p99_ms']:>9}"
            for row in result["times"]
        ),
        "",
        f"{'bytes on the wire':<32}{'html':>8}{'css':>8}{'js':>8}{'other':>8}{'cold':>9}{'warm':>9}",
        *(
            f"{row['page'][:31]:<32}{row['html']:>8}{row['css']:>8}{row['js']:>8}{row['other']:>8}"
            f"{row['cold']:>9}{row['warm']:>9}"
            for row in result["weights"]
        ),
    ]
    for when, found in result["memory"].items():
        lines += ["", f"memory, {when}: PSS and RSS in MB"]
        lines += [f"  {use['pss_mb']:>8}{use['rss_mb']:>9}  {name}" for name, use in found.items()]
    lines += ["", f"went wrong: {result['faults'] or 'nothing'}"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.size.open_pages", description=__doc__)
    parser.add_argument("--staff", type=int, default=100, help="clerks with a page open, 1 or more")
    parser.add_argument("--members", type=int, default=100, help=f"members with the chat open, {TALKS} or more")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long everybody works")
    parser.add_argument("--pause", type=float, default=10.0, help="seconds between two pages of a clerk; members twice")
    parser.add_argument("--json", action="store_true", help="as JSON instead of tables")
    options = parser.parse_args()
    if options.staff < 1 or options.members < TALKS:
        parser.error(f"at least one clerk and {TALKS} members")
    hashed = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    accounts = " ".join(f"clerk{number}={hashed}" for number in range(options.staff))
    with tempfile.TemporaryDirectory(prefix="ml-pages-") as folder:
        system = ServedSystem(Path(folder), OPEN, STAFF_ACCOUNTS=accounts).start()
        try:
            result = asyncio.run(measure(system, options))
        finally:
            system.stop()
    print(json.dumps(result, indent=1) if options.json else format_result(result))


if __name__ == "__main__":
    main()
