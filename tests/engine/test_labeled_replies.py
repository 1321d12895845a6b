"""The reader of data/answers: what a line says, and which line it cannot read."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.components.labeled_replies import BadReplyError, ReplyAct, load_all_replies, load_replies
from engine.components.question_context import QuestionContext

GOOD = """# A comment.
? sms | en | quick_pay | choice | Which account? | House (001) / Barn (002)
the barn => answer: the barn
not the barn. how much is it => deny; ask: amount due
? => unclear
#2 => answer: #2

? web | es | none | nothing |
quiero pagar => start quick_pay
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "replies.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_reply_knows_its_question_and_its_acts(tmp_path: Path) -> None:
    replies = load_replies(written(tmp_path, GOOD))
    assert [reply.text for reply in replies] == [
        "the barn",
        "not the barn. how much is it",
        "?",
        "#2",
        "quiero pagar",
    ]
    first, second, *_, last = replies
    assert first.question == QuestionContext("quick_pay", "choice", ("House (001)", "Barn (002)"), "Which account?")
    assert second.acts == (ReplyAct("deny"), ReplyAct("ask", value="amount due"))
    assert (last.channel, last.language, last.acts) == ("web", "es", (ReplyAct("start", "quick_pay"),))
    assert last.question == QuestionContext()


@pytest.mark.parametrize(
    ("act", "read_as"),
    [
        ("correct amount: 60", ReplyAct("correct", "amount", "60")),
        ("volunteer life support: oxygen", ReplyAct("volunteer", "life support", "oxygen")),
        ("language: es", ReplyAct("language", "", "es")),
        ("ask: when: noon or later", ReplyAct("ask", "", "when: noon or later")),
    ],
)
def test_act_has_a_target_and_value(tmp_path: Path, act: str, read_as: ReplyAct) -> None:
    assert load_replies(written(tmp_path, f"? sms | en | none | nothing |\nx => {act}\n"))[0].acts == (read_as,)


@pytest.mark.parametrize(
    "line",
    [
        "x => dance",
        "x => affirm: now",
        "x => start",
        "x => start dancing",
        "x => answer",
        "x => correct: 60",
        "x => feeling: joy",
        "x =>",
        "=> affirm",
        "x affirm",
        "? sms | en | none | guess | words",
        "? fax | en | none | nothing |",
        "? sms | en",
    ],
)
def test_the_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadReplyError, match="line 3"):
        load_replies(written(tmp_path, f"? sms | en | none | nothing |\nhi => social\n{line}\n"))


def test_no_folder_holds_no_replies(tmp_path: Path) -> None:
    assert load_all_replies(tmp_path / "none") == []


def test_question_context_may_be_anything() -> None:
    assert (
        QuestionContext.from_metadata(None)
        == QuestionContext.from_metadata({"task": "dancing", "asked": 3, "options": "a"})
        == QuestionContext()
    )
    assert QuestionContext.from_metadata({"said": "x" * 400}).text == "x" * 300
