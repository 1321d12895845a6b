"""What `memberline knowledge check` reports before members are answered from the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.config import ROOT
from backend.coop import Coop, load_coop
from backend.knowledge.check import check
from bot.commands.knowledge import knowledge
from tests.backend.knowledge.files import LATE_FEE, subject, write


@pytest.fixture
def coop() -> Coop:
    return replace(load_coop(ROOT / "coop.toml"), facts={"late_fee": {"en": "$5.00", "es": "$5.00"}})


def test_a_folder_without_fault(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "late_fee", LATE_FEE)
    found = check(tmp_path, coop)
    assert not found.has_errors
    assert [lines for lines in found.sections().values() if lines] == []


def test_a_file_that_cannot_be_read(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "late_fee", LATE_FEE)
    write(tmp_path, "bad", "# Bad\nsomething\n")
    found = check(tmp_path, coop)
    assert found.has_errors
    assert [line.split(":")[0] for line in found.unreadable] == ["bad.md, line 2"]


@pytest.mark.parametrize("again", ["is there a late fee", "Is there a LATE fee?", "is there, a late fee"])
def test_the_same_question_in_two_subjects_is_a_fault(tmp_path: Path, coop: Coop, again: str) -> None:
    write(tmp_path, "late_fee", LATE_FEE)
    write(tmp_path, "other", subject("something else", again))
    found = check(tmp_path, coop)
    assert found.has_errors
    assert found.duplicates == ["late_fee.md, line 6 and other.md, line 6: is there a late fee"]
    assert found.near_duplicates == []


def test_accents_do_not_part_questions(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "one", subject("a b c", spanish="? cuánto me cobran por mes\nNada."))
    write(tmp_path, "two", subject("d e f", spanish="? Cuanto me cobran por mes?\nNada."))
    assert len(check(tmp_path, coop).duplicates) == 1


def test_near_duplicates_are_mentioned_without_an_error(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "one", subject("how much is the fee for a late bill"))
    write(tmp_path, "two", subject("how much is the fee for a bill", "what is auto pay", spanish="? y esto\nSí."))
    found = check(tmp_path, coop)
    assert not found.has_errors
    assert len(found.near_duplicates) == 1
    assert "one.md, line 5 and two.md, line 5" in found.near_duplicates[0]


def test_distant_questions_are_not_mentioned(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "one", subject("am i on auto pay", spanish="? uno\nSí."))
    write(tmp_path, "two", subject("what is auto pay", "auto pay", spanish="? dos\nSí."))
    assert check(tmp_path, coop).near_duplicates == []


def test_one_subject_may_repeat_itself_and_languages_are_apart(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "one", subject("no no", "no no", spanish="? solar\nSí."))
    write(tmp_path, "two", subject("solar", spanish="? no no\nSí."))
    found = check(tmp_path, coop)
    assert (found.duplicates, found.near_duplicates) == ([], [])


def test_gaps_are_mentioned_without_an_error(tmp_path: Path, coop: Coop) -> None:
    write(
        tmp_path,
        "one",
        subject(
            "a", answer="It is {peak_rate}, by {office_phone} or {portal_url}, with {wallets}.\n+ Ask {tree_phone}."
        ),
    )
    write(tmp_path, "two", subject("b", answer="It is {peak_rate}.", spanish=None, header="group: safety\nskill: fly"))
    found = check(tmp_path, coop)
    assert not found.has_errors
    assert found.gaps == ["peak_rate: one.md, two.md", "tree_phone: one.md"]
    assert found.unused == ["late_fee"]
    assert found.languages == ["two.md has no ## es"]
    assert found.unknown == ["two.md: skill fly"]


def test_an_account_question_that_there_is_not(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "one", subject("a", header="group: billing\naccount: my_horoscope"))
    write(tmp_path, "two", subject("b", header="group: billing\naccount: due_when", spanish="? otra\nSí."))
    assert check(tmp_path, coop).unknown == ["one.md: account my_horoscope"]


def test_answer_length_is_the_spoken_length(tmp_path: Path, coop: Coop) -> None:
    write(tmp_path, "fits", subject("a", answer=f"{'x' * 306} {{late_fee}}, {{late_fee}}."))
    write(tmp_path, "long", subject("b", answer=f"{'x' * 307} {{late_fee}}, {{late_fee}}.", spanish="? otra\nSí."))
    assert check(tmp_path, coop).long == ["long.md (en): 321"]


def test_command_fails_only_for_errors(tmp_path: Path) -> None:
    write(tmp_path, "late_fee", LATE_FEE.replace("late_fee}", "nobody_knows}"))
    result = CliRunner().invoke(knowledge, ["check", str(tmp_path)])
    assert result.exit_code == 0
    assert "nobody_knows: late_fee.md" in result.output
    assert result.output.endswith("1 subjects, no fault\n")
    write(tmp_path, "other", subject("is there a late fee"))
    result = CliRunner().invoke(knowledge, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert "the same question in two subjects (1)" in result.output


@pytest.mark.parametrize(
    ("language", "begins"), [("en", "A bill that is not paid"), ("es", "Una factura que no se paga")]
)
def test_subject_with_its_facts(language: str, begins: str) -> None:
    result = CliRunner().invoke(knowledge, ["tell", "late_fee", "--language", language])
    assert result.exit_code == 0
    assert result.output.startswith(begins)
    assert "{" not in result.output


def test_shipped_subjects_have_all_facts() -> None:
    shipped = check(ROOT / "knowledge", load_coop(ROOT / "coop.toml"))
    assert shipped.count >= 120
    assert shipped.unreadable == []
    assert shipped.duplicates == []
    assert shipped.languages == []
    assert shipped.unknown == []
    assert shipped.long == []
