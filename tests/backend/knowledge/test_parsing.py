"""Reading a file: what is in it, and a fault by its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.knowledge.parsing import KnowledgeError, load_folder, parse_file
from backend.knowledge.service import load
from tests.backend.knowledge.files import LATE_FEE, subject, write


def test_a_subject(tmp_path: Path) -> None:
    found = parse_file(write(tmp_path, "late_fee", LATE_FEE))
    assert (found.name, found.title, found.group) == ("late_fee", "Late fee", "billing")
    assert (found.skill, found.account) == ("arrangement", None)
    english, spanish = found.contents["en"], found.contents["es"]
    assert english.questions == ("is there a late fee", "how much if im late")
    assert english.lines == (6, 7)
    assert len(english.sentences) == 3
    assert english.offer == "I can ask the office for more time."
    assert spanish.questions == ("hay recargo",)
    assert spanish.sentences[1] == "El recargo aquí es de {late_fee}."


def test_an_answer_may_go_over_several_lines(tmp_path: Path) -> None:
    found = parse_file(write(tmp_path, "long", subject("how long", answer="It begins here\nand ends here. Then more.")))
    assert found.contents["en"].sentences == ("It begins here and ends here.", "Then more.")


def test_an_account_question(tmp_path: Path) -> None:
    text = subject("am i on auto pay", header="group: payments\naccount: autopay_status")
    assert parse_file(write(tmp_path, "account_autopay_status", text)).account == "autopay_status"


def test_a_file_made_on_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "late_fee.md"
    path.write_bytes(b"\xef\xbb\xbf" + LATE_FEE.replace("\n", "\r\n").encode())
    assert parse_file(path).contents["en"].offer == "I can ask the office for more time."


FAULTS = {
    "an empty file": ("", "one.md, line 1: the file is empty"),
    "no title": ("group: billing\n", "one.md, line 1: the first line must be the title: # Late fee"),
    "no title before a language": ("## en\n", "one.md, line 1: the first line must be the title: # Late fee"),
    "no group": ("# A\n\n## en\n? q\nA.\n", "one.md, line 2: there is no group: line below the title"),
    "a group that there is not": (subject("q", header="group: money"), "one.md, line 2: money is no group"),
    "a header that there is not": (subject("q", header="group: billing\nskil: x"), "one.md, line 3: must be one of"),
    "a header twice": (subject("q", header="group: billing\ngroup: office"), "one.md, line 3: group stands twice"),
    "a skill of two words": (
        subject("q", header="group: billing\nskill: a b"),
        "one.md, line 3: skill must be one word",
    ),
    "an empty skill": (subject("q", header="group: billing\nskill:"), "one.md, line 3: skill must be one word"),
    "a language that we do not speak": (
        "# A\ngroup: billing\n\n## fr\n",
        "one.md, line 4: ## fr is no language of ours",
    ),
    "a language twice": (subject("q", spanish="? a\nB.\n## en"), "one.md, line 11: ## en stands twice"),
    "no language": ("# A\ngroup: billing\n", "one.md, line 3: there is neither ## en nor ## es"),
    "no answer": ("# A\ngroup: billing\n## en\n? q\n", "one.md, line 4: ## en has no answer"),
    "no question": ("# A\ngroup: billing\n## en\nIt is.\n", "one.md, line 5: ## en has no questions"),
    "an empty question": (subject("q", ""), "one.md, line 6: there is no question behind the ?"),
    "two offers": (subject("q", answer="It is.\n+ One.\n+ Two."), "one.md, line 8: there is a second + line"),
    "an empty offer": (subject("q", answer="It is.\n+"), "one.md, line 7: there is nothing behind the +"),
    "a fact by a wrong name": (subject("q", answer="It is {Late Fee}."), "one.md, line 6: a fact is a name"),
    "a lone brace": (subject("q", answer="It is {late_fee."), "one.md, line 6: a fact is a name"),
    "a second title": (subject("q", answer="# More\nIt is."), "one.md, line 6: a title stands only in the first line"),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(KnowledgeError) as fault:
        parse_file(write(tmp_path, "one", text))
    assert str(fault.value).startswith(expected)


def test_invalid_utf8_file_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    path.write_bytes("# Añadir\n".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"one\.md, line 1: is not UTF-8"):
        parse_file(path)


def test_unusable_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"Late-Fee\.md: the name of a file"):
        parse_file(write(tmp_path, "Late-Fee", LATE_FEE))


def test_one_bad_file_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "good", LATE_FEE)
    write(tmp_path, "bad", "")
    write(tmp_path, "worse", "x")
    subjects, faults = load_folder(tmp_path)
    assert [subject.name for subject in subjects] == ["good"]
    assert [str(fault).split(",")[0] for fault in faults] == ["bad.md", "worse.md"]
    with pytest.raises(KnowledgeError, match=r"bad\.md.*worse\.md"):
        load(tmp_path)
