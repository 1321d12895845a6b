"""The office's settings as versions: in force in every process, refused when they cannot be, written as files."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import ROOT
from backend.coop import load_coop
from backend.errors import MemberlineError
from backend.knowledge.parsing import parse_text
from backend.knowledge.service import NEEDED_SUBJECTS, default_knowledge, load
from backend.knowledge.writing import write_subject
from backend.office_settings import live, service
from backend.office_settings.export import export
from backend.office_settings.models import SettingsVersion
from backend.office_settings.service import SettingsOutdated, SettingsRefused
from backend.office_settings.state import State
from tests.backend.household import Household
from tests.backend.payments.paying import payments, quote_for, say_yes


async def publish(backend: Backend, state: State, base: int, reason: str = "the board decided") -> None:
    async with backend.db.transaction() as session:
        await service.publish(session, backend, state, by="ann", area="money", reason=reason, base=base)


async def test_what_one_process_publishes_another_takes(backend: Backend) -> None:
    other = Backend.create(backend.settings, backend.clock)
    keeper = asyncio.create_task(live.keep_fresh(other))
    try:
        await publish(backend, State({"fees": {"card": 250}}, {"late_fee": None}), 0)
        async with asyncio.timeout(10):
            while other.live.version != 1:  # noqa: ASYNC110 - the other process tells nobody
                await asyncio.sleep(0.02)
        assert (other.coop.card_fee_cents, other.coop.bank_fee_cents) == (250, 0)
        assert other.coop.portal_url == backend.coop.portal_url
        assert other.knowledge.find("late_fee") is None
    finally:
        keeper.cancel()
        await other.close()


async def test_a_quote_that_was_read_out_keeps_its_fee(backend: Backend, home: Household) -> None:
    before = await quote_for(backend, home)
    await publish(backend, State({"fees": {"card": 250}}), 0)
    await live.refresh(backend)
    assert backend.coop.fee_cents("card") == 250
    assert (await say_yes(backend, before)).payment
    assert [payment.fee_cents for payment in await payments(backend)] == [0]


async def test_a_second_publisher_is_told(backend: Backend) -> None:
    await publish(backend, State({"fees": {"card": 250}}), 0)
    with pytest.raises(SettingsOutdated):
        await publish(backend, State({"fees": {"card": 300}}), 0)


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (State({"fees": {"card": -1}}), "fees.card must be a whole number"),
        (State({"look": {"accent": "#ffcc00"}}), "has a contrast of 1.3 on a light screen"),
        (State({"greetings": {"chat": {"en": "Hi", "es": "Hola"}}}), "must say that a machine answers"),
        (State({}, {"new_one": "no title"}), "the first line must be the title"),
        (State({}, {"new_one": "# New\ngroup: billing\n## en\n? do u waive late fees\nNo."}), "late_fee.md, line"),
    ],
)
async def test_what_cannot_be_in_force_is_not_published(backend: Backend, state: State, named: str) -> None:
    with pytest.raises(SettingsRefused, match=named):
        await publish(backend, state, 0)
    async with backend.db.read_session() as session:
        assert await service.newest_version(session) == 0


async def test_a_version_of_a_newer_program_is_left_alone(backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
    await publish(backend, State({"fees": {"card": 250}}), 0)
    await live.refresh(backend)
    async with backend.db.transaction() as session:
        row = await session.get(SettingsVersion, 1)
        assert row
        session.add(
            SettingsVersion(
                id=2, at=row.at, by="ann", area="money", reason="-", state={"tables": {"fees": {"card": "x"}}}
            )
        )
    assert await live.refresh(backend) is False
    assert backend.coop.card_fee_cents == 250
    assert "version 2 of the settings is not taken" in caplog.text


async def test_a_subject_that_the_assistant_needs_stays(backend: Backend) -> None:
    await publish(backend, State({}, dict.fromkeys(NEEDED_SUBJECTS)), 0)
    await live.refresh(backend)
    assert all(backend.knowledge.find(name) for name in NEEDED_SUBJECTS)


def test_what_is_written_is_read_as_the_same() -> None:
    for subject in default_knowledge().subjects.values():
        again = parse_text(subject.name, write_subject(subject))
        assert (again.title, again.group, again.skill, again.account) == (
            subject.title,
            subject.group,
            subject.skill,
            subject.account,
        )
        for language, words in subject.contents.items():
            same = again.contents[language]
            assert (same.questions, same.sentences, same.offer) == (words.questions, words.sentences, words.offer)
            assert dict(same.contexts) == dict(words.contexts)


async def test_the_export_is_the_state_in_force(backend: Backend, tmp_path: Path) -> None:
    tables = {
        "fees": {"card": 250},
        "hours": {"monday": ["07:00", "12:00"]},
        "banner": {},
        "look": {"accent": "#7a1f1f"},
    }
    await publish(backend, State(tables, {"late_fee": None}), 0)
    await live.refresh(backend)
    export(backend, tmp_path / "out")
    coop = load_coop(tmp_path / "out" / "coop.toml")
    assert (coop.card_fee_cents, list(coop.hours), coop.shown.look.accent) == (250, ["monday"], "#7a1f1f")
    raw, shipped = (tomllib.loads(path.read_text()) for path in (tmp_path / "out" / "coop.toml", ROOT / "coop.toml"))
    assert raw["on_call"] == shipped["on_call"]
    assert raw["facts"] == shipped["facts"]
    names = set(load(tmp_path / "out" / "knowledge").subjects)
    assert names == set(default_knowledge().subjects) - {"late_fee"}
    with pytest.raises(MemberlineError, match="is not empty"):
        export(backend, tmp_path / "out")
