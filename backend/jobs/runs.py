"""Working through many accounts side by side, up to RUN_CONCURRENCY at once, one account by one worker at a time.

Several processes may do the same run at once and share it: each takes accounts that nobody else has. A run may be
stopped anywhere and done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from backend.db import in_run
from backend.jobs.account_locks import AccountLocks, open_locks
from backend.jobs.progress import JobProgress, current_progress

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 40
"""How many accounts are locked and looked up at once."""
READY = 10
"""How many locked accounts wait for a worker at most: another process could have them."""
WAIT_SECONDS = 0.2
"""Between two tries for accounts that another process has."""
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be done for an account: `id` is that of a row whose table `work` knows."""

    account_id: int
    id: int


FindItems = Callable[[Collection[int] | None], Awaitable[list[Item]]]
"""What is due: of these accounts, or of all for None."""
WorkOnItem = Callable[[Item], Awaitable[list[str]]]
"""Does one item; returns what it came to, to be counted. One that raises is logged and holds up no other."""


@dataclass(slots=True)
class _Run:
    name: str
    find: FindItems
    work: WorkOnItem
    locks: AccountLocks
    progress: JobProgress
    ready: asyncio.Queue[list[Item] | None] = field(default_factory=lambda: asyncio.Queue(READY))
    done: list[int] = field(default_factory=list)
    """Accounts that are still locked and need not be."""
    counts: Counter[str] = field(default_factory=Counter)

    async def feed(self, accounts: Iterable[int], workers: int, *, wait: bool) -> None:
        """Lock the accounts, look up what is still due for them, and hand it to the workers."""
        waiting, refused = deque(accounts), 0
        while waiting and not self.progress.is_stopping:
            chunk = [waiting.popleft() for _ in range(min(CHUNK, len(waiting)))]
            finished, self.done = self.done, []
            await self.locks.release(finished)
            taken = await self.locks.take(chunk)
            due = _group(await self.find(taken)) if taken else {}  # another process may have done it meanwhile
            for account_id in chunk:
                if account_id in due:
                    await self.ready.put(due[account_id])
                elif account_id in taken:
                    self.done.append(account_id)
                    self.progress.advance()
                elif wait:
                    waiting.append(account_id)
            refused = 0 if taken else refused + len(chunk)
            if waiting and refused >= len(waiting):  # all that is left is in other hands
                await asyncio.sleep(WAIT_SECONDS)
        for _ in range(workers):
            await self.ready.put(None)

    async def serve(self) -> None:
        """One worker: do what is handed out until there is nothing more."""
        while items := await self.ready.get():
            for item in items:
                try:
                    self.counts.update(await self.work(item))
                except Exception:
                    logger.exception("%s: %s of account %s could not be done", self.name, item.id, item.account_id)
                    self.counts[FAILED] += 1
            self.done.append(items[0].account_id)
            self.progress.advance()


async def run_side_by_side(
    backend: Backend, name: str, find: FindItems, work: WorkOnItem, *, wait: bool = True
) -> Counter[str]:
    """Do everything that is due; returns how many came to what. The items of one account are done one after another.

    `wait`: wait for accounts that another run has in hand; else they are left to it.
    """
    progress = current_progress()
    accounts = _group(await find(None))
    progress.begin(name, len(accounts))
    if not accounts:
        return Counter()
    workers = min(backend.settings.run_concurrency, len(accounts))
    try:
        with in_run():
            async with open_locks(backend.db) as locks, asyncio.TaskGroup() as group:
                run = _Run(name, find, work, locks, progress)
                for _ in range(workers):
                    group.create_task(run.serve())
                await run.feed(accounts, workers, wait=wait)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None  # such as a database that is away: the others follow from it
    return run.counts


async def map_side_by_side(backend: Backend, work: Callable[[T], Awaitable[R]], things: Iterable[T]) -> list[R]:
    """`work` of each thing, as many at once as a run may use connections. The first failure stops all."""
    room = asyncio.Semaphore(backend.db.run_connections)

    async def work_in_room(thing: T) -> R:
        async with room:
            return await work(thing)

    try:
        with in_run():
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work_in_room(thing)) for thing in things]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


def _group(items: Iterable[Item]) -> dict[int, list[Item]]:
    """The items by account, in their order."""
    found: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        found[item.account_id].append(item)
    return dict(found)
