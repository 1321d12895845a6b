"""Runs side by side: bounded, one account by one worker, several runs at once, whatever fails; on each database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

from backend.app import Backend
from backend.jobs import account_locks, runs
from backend.jobs.progress import JobProgress, watch
from backend.jobs.runs import Item, run_side_by_side


class Work:
    """Items that are due until they were done; it notes who was at work at once."""

    def __init__(self, items: list[Item]) -> None:
        self.due = list(items)
        self.done: list[Item] = []
        self.at_work: Counter[int] = Counter()
        self.most_at_once = 0
        self.most_of_one_account = 0

    async def find(self, accounts: Collection[int] | None) -> list[Item]:
        return [item for item in self.due if accounts is None or item.account_id in accounts]

    async def work(self, item: Item) -> list[str]:
        self.at_work[item.account_id] += 1
        self.most_at_once = max(self.most_at_once, self.at_work.total())
        self.most_of_one_account = max(self.most_of_one_account, self.at_work[item.account_id])
        await asyncio.sleep(0.005)
        self.at_work[item.account_id] -= 1
        if item.id < 0:
            raise ValueError("this one cannot be done")
        self.due.remove(item)
        self.done.append(item)
        return ["done"]


async def test_no_more_at_once_than_set_and_each_once(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(run_concurrency=7)
    work = Work([Item(number, number) for number in range(1, 101)])
    assert await run_side_by_side(backend, "work", work.find, work.work) == {"done": 100}
    assert work.most_at_once == 7
    assert len(set(work.done)) == len(work.done) == 100


async def test_items_of_one_account_are_done_one_after_another(backend: Backend) -> None:
    items = [Item(number % 3, number) for number in range(1, 31)]
    work = Work(items)
    await run_side_by_side(backend, "work", work.find, work.work)
    assert work.most_of_one_account == 1
    assert [item.id for item in work.done if item.account_id == 1] == [
        item.id for item in items if item.account_id == 1
    ]


async def test_several_runs_at_once_share_the_work(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(run_concurrency=5)
    work = Work([Item(number % 300, number) for number in range(1, 601)])
    counts = await asyncio.gather(*(run_side_by_side(backend, "work", work.find, work.work) for _ in range(3)))
    assert sum(count["done"] for count in counts) == 600
    assert work.most_of_one_account == 1
    assert all(count["done"] > 0 for count in counts)


async def test_one_that_fails_holds_up_no_other(backend: Backend) -> None:
    work = Work([Item(1, 1), Item(1, -2), Item(1, 3), Item(2, -4), Item(3, 5)])
    counts = await run_side_by_side(backend, "work", work.find, work.work)
    assert counts == {"done": 3, runs.FAILED: 2}


async def test_accounts_in_other_hands_are_waited_for_or_left(backend: Backend) -> None:
    work = Work([Item(1, 1), Item(2, 2)])
    async with account_locks.open_locks(backend.db) as locks:
        assert await locks.take([1]) == {1}
        assert await run_side_by_side(backend, "work", work.find, work.work, wait=False) == {"done": 1}
        waiting = asyncio.create_task(run_side_by_side(backend, "work", work.find, work.work))
        await asyncio.sleep(runs.WAIT_SECONDS)
        assert [item.id for item in work.done] == [2]
        await locks.release([1])
        assert await waiting == {"done": 1}


async def test_locks_end_with_the_run_that_is_canceled(backend: Backend) -> None:
    begun = asyncio.Event()

    async def hang(_item: Item) -> list[str]:
        begun.set()
        await asyncio.Event().wait()
        return []

    work = Work([Item(1, 1)])
    task = asyncio.create_task(run_side_by_side(backend, "work", work.find, hang))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        assert await run_side_by_side(backend, "work", work.find, work.work) == {"done": 1}


async def test_a_run_that_is_to_stop_finishes_what_is_in_hand(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(run_concurrency=2)
    work = Work([Item(number, number) for number in range(1, 501)])
    progress = JobProgress()
    watch(progress)

    async def stop_at_ten(item: Item) -> list[str]:
        progress.is_stopping = progress.is_stopping or len(work.done) >= 10
        return await work.work(item)

    await run_side_by_side(backend, "work", work.find, stop_at_ten)
    assert 10 <= len(work.done) <= 10 + 3 * runs.CHUNK
    assert work.at_work.total() == 0
    watch(JobProgress())
