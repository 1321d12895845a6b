"""A backend on each database, with the sandbox network's own code behind it and a clock that only tests move."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import Settings
from tests.backend.databases import KINDS, Databases
from tests.backend.household import NOW, Household, make_household
from tests.backend.network import DirectNetwork

HERE = Path(__file__).parent
EVERY_CASE = {
    "test_a_change_of_phone_method_or_holder_ends_it_even_between_read_back_and_yes",
    "test_a_crash_between_any_two_steps",
    "test_a_consent_is_kept_from_the_later_of_its_ends",
    "test_any_edit_is_found",
    "test_at_night_only_who_wishes_it_is_told",
    "test_automatic_payments_end",
    "test_each_difference_with_their_list_is_named",
    "test_every_movement_arrives_once_at_whatever_step_the_process_ends",
    "test_nobody_is_woken_before_the_office_was_open_as_long",
    "test_one_event_in_one_conversation_is_one_ticket",
    "test_one_event_in_two_conversations",
    "test_one_that_is_found_broken_is_marked_ended",
    "test_only_an_attested_call_from_the_phone_on_file_steps_up",
    "test_payment_of_a_job_is_reported_in_spanish",
    "test_stranger_does_not_block_the_phone_on_file",
    "test_the_database_refuses_changes",
    "test_the_database_refuses_to_rewrite_it",
    "test_two_sides_that_agree_have_no_difference",
    "test_unanswered_message_is_free_for_any_process",
    "test_unfinished_work_closes_nothing",
    "test_ways_to_know_the_payment",
    "test_what_a_code_means_for_the_method_and_auto_pay",
    "test_what_cannot_be_is_refused",
    "test_what_does_not_move_money",
    "test_what_is_open_stands_in_the_way",
    "test_where_it_cannot_be_looked_up_a_person_decides",
    "test_words_without_the_code_change_nothing",
}
"""Tests whose cases reach statements on SQLite that their first does not, or that end the process in the midst."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test's cases SQLite runs the first, PostgreSQL, which is stricter, all of them: what differs is the SQL, and
    most cases differ in words and figures alone. Those of EVERY_CASE all run on both, as do all with ALL_DATABASES=1.
    """
    if os.environ.get("ALL_DATABASES"):
        return
    begun: set[tuple[str, str]] = set()
    left = [item for item in items if _is_repeated_on_sqlite(item, begun)]
    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]


def _is_repeated_on_sqlite(item: pytest.Item, begun: set[tuple[str, str]]) -> bool:
    case = getattr(item, "callspec", None)
    if case is None or case.params.get("database_url") != "sqlite" or HERE not in item.path.parents:
        return False
    assert isinstance(item, pytest.Function)
    name = (item.location[0], item.originalname)
    if item.originalname in EVERY_CASE or name not in begun:
        begun.add(name)
        return False
    return True


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = databases.new(request.param)
    yield url
    databases.drop(url)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def network() -> DirectNetwork:
    return DirectNetwork()


@pytest.fixture
async def backend(
    database_url: str, clock: ManualClock, network: DirectNetwork, tmp_path: Path
) -> AsyncIterator[Backend]:
    made = build(database_url, tmp_path, clock, network)
    yield made
    await made.close()


@pytest.fixture
async def home(backend: Backend) -> Household:
    return await make_household(backend)


def build(url: str, folder: Path, clock: ManualClock, network: DirectNetwork) -> Backend:
    """A backend as the app builds it, its payments going to `network`."""
    made = Backend.create(_settings().with_values(database_url=url, runtime_dir=folder), clock)
    made.payments = network
    return made


@cache
def _settings() -> Settings:
    """Read once: reading takes as long as many a test, and nothing else depends on the database and the folder."""
    return Settings.from_env(
        {
            "MEMBERLINE_ENV": "test",
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_RUNTIME_DIR": "/nonexistent",
            **dict.fromkeys(("TEXTS_PER_SECOND", "CALLS_PER_SECOND", "EMAILS_PER_SECOND"), "1000"),
        }
    )
