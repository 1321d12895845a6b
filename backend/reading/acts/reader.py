"""The one reading of a message in its context: rules for what must be certain, the classifiers for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.language import SPANISH
from backend.reading.acts.model import Act, Clause, Question, Statistics
from backend.reading.acts.polarity import NO, YES, polarity
from backend.reading.acts.signals import (
    asks_to_wait,
    feeling_of,
    is_question,
    is_request,
    names_a_language,
    only_social,
    refuses,
    takes_back,
    wants_it_again,
)
from backend.reading.digits import spoken_to_digits
from backend.reading.spanish import glossed

LIKELY = 0.5
"""From this probability on an act counts; what follows from it is asked about before anything is done."""
SURE_OF_A_WISH = 0.6  # in the middle of a task another one is begun only when it is plainly wished
SURELY = 0.8
PERHAPS = 0.3
FIGURE = 3  # so many digits are a number that was looked for
LONG = 12  # words
YES_NO = frozenset({"yes_no"})
OPEN_ENDED = frozenset({"nothing", "anything_else"})
OWN_WORDS = frozenset({"free_text", "place", "name", "email"})
"""Questions that any words may answer: a classifier's doubt is no reason to lose them."""

_BY_INTENT: Mapping[str, str] = {
    "affirm": "affirm",
    "deny": "deny",
    "cancel": "cancel",
    "repeat": "repeat",
    "speak_to_human": "person",
    "speak_spanish": "language",
    "speak_english": "language",
    "greet": "social",
    "thank": "social",
    "goodbye": "social",
    "inform": "answer",
    "choose": "answer",
    "out_of_scope": "unclear",
    "nlu_fallback": "unclear",
    "help_capabilities": "ask",
    "": "unclear",
}
"""What an intent does, where no act was predicted beside it."""
_SET_UP = frozenset({"quick_pay", "schedule_payment", "setup_autopay", "create_account", "payment_arrangement"})
_NO_WISH = frozenset(_BY_INTENT) | {"faq"}


class ContextReader:
    """See the module; implements `Reader`."""

    def read(self, words: str, language: str, question: Question, statistics: Statistics) -> list[Act]:
        """The acts of a message in their order; at least one."""
        text = glossed(words) if language == SPANISH else words
        if not text.strip():
            return [Act("unclear", words=words)]
        if names_a_language(text):
            return [Act("language", words=words, certain=True)]
        if asks_to_wait(text) and not any(character.isdigit() for character in text):
            return [Act("hold", words=words, certain=True)]
        if question.asked in YES_NO and (found := _yes_or_no(text, language, question, words)):
            return [found, *_feelings(text, words), *_wishes(language, question, statistics)]
        clauses = statistics.clauses or (statistics.whole,)
        acts = [act for clause in clauses for act in _of_clause(clause, language, question)]
        acts += [
            act for act in _feelings(text, words) if act.value not in {a.value for a in acts if a.kind == "feeling"}
        ]
        return _settled(acts, words, question)


def _surely_waits(act: Act) -> bool:
    """One word may be an answer: "checking" is an account."""
    return act.sure >= SURELY and len(act.words.split()) > 1


def only_digits(words: str) -> str:
    """The digits of a message, typed or said."""
    return "".join(character for character in spoken_to_digits(words) if character.isdigit())


def _yes_or_no(text: str, language: str, question: Question, words: str) -> Act | None:
    read_out = glossed(question.said) if language == SPANISH else question.said
    found = polarity(text, read_out, language)
    if found == YES:
        return Act("affirm", words=words, certain=True)
    return Act("deny", words=words, certain=True) if found == NO else None


def _wishes(language: str, question: Question, statistics: Statistics) -> list[Act]:
    """What else is wished in the clauses beside a certain yes or no: "yes, and then set up auto pay"."""
    acts = [act for clause in statistics.clauses for act in _of_clause(clause, language, question)]
    return [act for act in acts if act.kind == "start"]


def _feelings(text: str, words: str) -> list[Act]:
    found = feeling_of(text)
    return [Act("feeling", found, words=words, certain=True)] if found else []


def _of_clause(clause: Clause, language: str, question: Question) -> list[Act]:
    text = glossed(clause.text) if language == SPANISH else clause.text
    if question.asked in YES_NO and (found := _yes_or_no(text, language, question, clause.text)):
        return [found]
    if takes_back(text) and not (clause.acts.get("start", 0.0) >= SURELY and _is_wish(clause, SURELY, question)):
        return [Act("cancel", words=clause.text, certain=True)]
    if wants_it_again(text):
        return [Act("repeat", words=clause.text, certain=True)]
    if only_social(text):
        return [Act("social", words=clause.text, certain=True)]
    likely = _likely(clause, text, question)
    return [
        Act(kind, _value(kind, clause), clause.intent, clause.text, sure)
        for kind, sure in likely
        if kind != "start" or _is_wish(clause, sure, question)
    ] or [Act(_fallback(text, question), clause.text, clause.intent, clause.text, 0.0)]


def _likely(clause: Clause, text: str, question: Question) -> list[tuple[str, float]]:
    """The acts that count, the likeliest first."""
    if not clause.acts:
        return [(_by_intent(clause, text, question), clause.confidence)]
    acts = dict(clause.acts)
    if is_request(text) and clause.intent not in _NO_WISH and clause.confidence >= LIKELY:
        acts |= {"start": max(acts.get("start", 0.0), SURELY), "ask": 0.0}
    elif is_question(text) and acts.get("ask", 0.0) >= PERHAPS and len(text.split()) < LONG:
        acts |= {"ask": max(acts["ask"], SURELY), "start": 0.0}
    elif is_question(text) and question.asked not in OWN_WORDS:
        acts["ask"] = max(acts.get("ask", 0.0), 0.75 if acts.get("start", 0.0) < LIKELY else 0.0)
    if len(text.split()) >= LONG and acts.get("ask", 0.0) >= PERHAPS:
        acts["ask"] = max(acts["ask"], LIKELY)  # a question at the end of a story
    likely = sorted(((kind, sure) for kind, sure in acts.items() if sure >= LIKELY), key=lambda pair: -pair[1])
    kinds = {kind for kind, _ in likely}
    if {"ask", "start"} <= kinds and len(text.split()) < LONG:  # a question is never a command; a story may hold both
        worse = min(("ask", "start"), key=lambda kind: acts[kind])
        likely = [pair for pair in likely if pair[0] != worse]
    return likely


def _by_intent(clause: Clause, text: str, question: Question) -> str:
    """Where only an intent is known."""
    if clause.intent in _BY_INTENT:
        known = _BY_INTENT[clause.intent]
        return "ask" if known == "unclear" and is_question(text) else known
    if clause.intent.startswith("faq_") or is_question(text):
        return "ask"
    return "start"


def _is_wish(clause: Clause, sure: float, question: Question) -> bool:
    if clause.intent in _NO_WISH or clause.intent.startswith("faq_"):
        return False
    if clause.intent in _SET_UP and refuses(clause.text):
        return False  # "I wish nothing to be taken automatically" sets up nothing
    return question.asked in OPEN_ENDED or min(sure, clause.confidence) >= SURE_OF_A_WISH


def _fallback(text: str, question: Question) -> str:
    if question.asked in OWN_WORDS:
        return "answer"
    return "ask" if is_question(text) else "unclear"


def _value(kind: str, clause: Clause) -> str:
    return clause.text if kind in ("answer", "correct", "volunteer", "ask") else ""


def _settled(acts: Sequence[Act], words: str, question: Question) -> list[Act]:
    """What the acts together mean: a yes beside a change or a question is not yet one."""
    kinds = {act.kind for act in acts}
    guessed = [act for act in acts if act.sure > 0 or act.certain]  # the rest only stands in where nothing is known
    kept = [act for act in guessed or acts if act.kind != "unclear"] or [Act("unclear", words=words)]
    kept = [act for act in kept if act.kind != "hold" or act.certain or _surely_waits(act)] or [
        Act("unclear", words=words)
    ]
    if "hold" in kinds and (kinds & {"answer", "correct"} or len(only_digits(words)) >= FIGURE):
        kept = [act for act in kept if act.kind != "hold"]  # "let me look, 2791" gives what was asked for
    if "affirm" in kinds and kinds & {"correct", "ask", "deny", "cancel", "hold", "answer"}:
        kept = [act for act in kept if act.kind != "affirm"]
    if "deny" in kinds and "correct" in kinds:
        kept = [act for act in kept if act.kind != "deny"]
    return list(dict.fromkeys(kept))
