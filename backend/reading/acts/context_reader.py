"""Reads the acts of a message in its context: rules for what must be certain, the classifiers for the rest.

`Yes. is there a fee` at a yes-or-no question is the acts `affirm` and `ask`; with a question beside it, the yes is not
certain and moves no money.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backend.language import SPANISH
from backend.reading.acts.clause_reader import (
    LONG_MESSAGE_WORDS,
    MIN_ACT_PROBABILITY,
    MIN_BY_ACT,
    OPEN_ENDED_TYPES,
    PLAIN_PROBABILITY,
    YES_NO,
    act_value,
    is_request_intent,
    names_task,
    read_clause,
    read_yes_no,
)
from backend.reading.acts.model import Act, EnginePredictions, OpenQuestion, PredictedClause
from backend.reading.acts.signals import (
    asks_for_language,
    asks_to_undo,
    asks_to_wait,
    detect_feeling,
    has_request_after_wait,
    is_question,
    is_request,
    says_goodbye,
)
from backend.reading.acts.yes_no import starts_with_yes
from backend.reading.bystander_talk import remove_bystander_talk
from backend.reading.live_agent_request import wants_live_agent
from backend.reading.money.amount_correction import is_plain_sum
from backend.reading.numbers.digit_groups import spoken_to_digits
from backend.reading.spanish import to_english

MIN_BARE_DIGITS = 4  # of a bare member number, last four or code
MIN_LOOKED_UP_DIGITS = 3  # of a number that was looked up, beside other words: "let me look, 2791"
SIDE_ACTS = frozenset({"volunteer", "person", "social"})
NUMBER_TYPES = frozenset({"member_number", "last4", "code"})
MAX_WORDS_WITH_NUMBER = 2  # words beside a number: "is 41005-001", "it's 0142"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
OUTAGE_INTENT = "report_outage"


class ContextReader:
    """The `ActReader` of every conversation; a class, so that another can be measured in its place."""

    def read_acts(self, words: str, language: str, question: OpenQuestion, predictions: EnginePredictions) -> list[Act]:
        """The acts of a message in their order; at least one. The first step that applies decides:

        1. Talk to somebody else in the room is no message, and is removed from one.
        2. A request for the other language.
        3. A bare number or sum where one is asked for, and a number that is none of the options.
        4. A request to wait, unless a number or a plain request follows, or a live agent is wanted as well.
        5. At a yes-or-no question a certain yes or no, with what else is said.
        6. At an open-ended question a goodbye.
        7. A follow-up question and nothing else.
        8. Else the acts of each clause. A wish for a live agent comes before all others.
        """
        if words.strip() and not remove_bystander_talk(words):
            return [Act("hold", words=words, is_certain=True)]  # somebody else in the room is spoken to
        words = remove_bystander_talk(words)
        text = to_english(words) if language == SPANISH else words
        if not text.strip():
            return [Act("unclear", words=words)]
        if asks_for_language(text):
            return [Act("language", words=words, is_certain=True)]
        if _is_bare_answer(text, question):
            return [Act("answer", value=words, intent="inform", words=words)]
        if _is_not_an_option(text, question):
            return [Act("unclear", words=words, is_certain=True)]
        person = [Act("person", words=words, is_certain=True)] if wants_live_agent(words) else []
        waits = asks_to_wait(text) and not _has_question_after_wait(predictions)
        if not person and waits and not any(character.isdigit() for character in text):
            return _request_after_wait(text, words, predictions.whole) or [Act("hold", words=words, is_certain=True)]
        if question.question_type == YES_NO and (found := read_yes_no(text, language, question, words)):
            # a yes with a question beside it is never certain, and so does not come here
            questions = _acts_of_kind(language, question, predictions, "ask") if found.kind == "deny" else []
            requests = _acts_of_kind(language, question, predictions, "start")
            return [found, *person, *_feeling_acts(text, words), *requests, *questions, *_side_acts(predictions)]
        if not person and question.question_type in OPEN_ENDED_TYPES and says_goodbye(text):
            return [Act("social", words=words, is_certain=True)]
        if not person and _is_only_follow_up(text, predictions):
            return [
                Act("ask", words, predictions.whole.intent, words, predictions.follow_up_score),
                *_feeling_acts(text, words),
            ]
        clauses = [_remove_asides(clause) for clause in predictions.clauses or (predictions.whole,)]
        acts = [act for clause in clauses if clause.text for act in read_clause(clause, language, question)]
        if {"affirm", "deny"} <= {act.kind for act in acts if act.is_certain}:
            return [Act("unclear", words=words, is_certain=True)]  # "no, wait. well, yes"
        acts += [
            act for act in _feeling_acts(text, words) if act.value not in {a.value for a in acts if a.kind == "feeling"}
        ]
        acts += _request_of_whole_message(predictions.whole, acts, question) if predictions.clauses else []
        if person:
            others = [act for act in acts if act.kind not in ("unclear", "person")]
            return [*person, *(_resolve_acts(others, words) if others else [])]
        resolved = _resolve_acts(acts, words)
        only_waits = all(act.kind == "hold" for act in resolved)
        return (_request_after_wait(text, words, predictions.whole) if only_waits else []) or resolved


def _is_bare_answer(text: str, question: OpenQuestion) -> bool:
    """`Is 41005-001` asks nothing where a number is asked for, nor does `fifteen dollars`, however rare its words."""
    is_number = question.question_type in NUMBER_TYPES and _is_bare_number(text)
    return is_number or (question.question_type == "amount" and is_plain_sum(text))


def _is_bare_number(text: str) -> bool:
    """Whether a number is given with hardly a word around it."""
    return (
        len(_extract_digits(text)) >= MIN_BARE_DIGITS
        and "?" not in text
        and len(_LETTERS.findall(text)) <= MAX_WORDS_WITH_NUMBER
    )


def _has_question_after_wait(predictions: EnginePredictions) -> bool:
    """`Hold on, before I give you anything: what is the late fee?`"""
    asking = [clause for clause in predictions.clauses if clause.acts.get("ask", 0.0) >= PLAIN_PROBABILITY]
    return any(is_question(clause.text) and not asks_to_wait(clause.text) for clause in asking)


def _request_after_wait(text: str, words: str, whole: PredictedClause) -> list[Act]:
    """The request in `hold on, the power just went out here`: nobody says that only to win time."""
    likely = whole.confidence >= PLAIN_PROBABILITY and names_task(whole.intent)
    if not likely or not (whole.intent == OUTAGE_INTENT or has_request_after_wait(text)):
        return []
    return [Act("start", "", whole.intent, words, whole.confidence, intent_confidence=whole.confidence)]


def _request_of_whole_message(whole: PredictedClause, acts: Sequence[Act], question: OpenQuestion) -> list[Act]:
    """A request that no clause holds alone: "half the house has power. the other half is dead"."""
    probability = whole.acts.get("start", 0.0)
    if (
        any(act.kind in ("start", "ask", "cancel", "deny") for act in acts)
        or question.question_type not in OPEN_ENDED_TYPES
        or probability < PLAIN_PROBABILITY
        or whole.confidence < MIN_ACT_PROBABILITY
        or not is_request_intent(whole, probability, question)
    ):
        return []
    return [Act("start", "", whole.intent, whole.text, probability, intent_confidence=whole.confidence)]


def _remove_asides(clause: PredictedClause) -> PredictedClause:
    """A clause without what it says to a child or a dog, which the classifiers took for a cancel."""
    text = remove_bystander_talk(clause.text)
    if text == clause.text:
        return clause
    acts = {kind: probability for kind, probability in clause.acts.items() if kind != "cancel"}
    return replace(clause, text=text, intent="inform" if clause.intent == "cancel" else clause.intent, acts=acts)


def _is_only_follow_up(text: str, predictions: EnginePredictions) -> bool:
    """`How long does it take` is a question, whatever request a classifier takes it for."""
    likely = predictions.follow_up_score >= (MIN_ACT_PROBABILITY if is_question(text) else PLAIN_PROBABILITY)
    return likely and len(text.split()) < LONG_MESSAGE_WORDS and not is_request(text) and not asks_to_undo(text)


def _is_not_an_option(text: str, question: OpenQuestion) -> bool:
    """Whether it is a number alone that is none of the choices: "7" of three."""
    number = text.strip(" .#")
    if question.question_type != "choice" or not question.options or not number.isdecimal():
        return False
    return int(number) > len(question.options) and not any(number in option for option in question.options)


def _extract_digits(words: str) -> str:
    """The digits of a message, typed or said."""
    return "".join(character for character in spoken_to_digits(words) if character.isdigit())


def _acts_of_kind(language: str, question: OpenQuestion, predictions: EnginePredictions, kind: str) -> list[Act]:
    """What else the clauses do beside a certain yes or no: "yes, and then set up auto pay", "no. what do I owe?"."""
    acts = [act for clause in predictions.clauses for act in read_clause(clause, language, question)]
    return [act for act in acts if act.kind == kind]


def _side_acts(predictions: EnginePredictions) -> list[Act]:
    """What a reply likely does beside its yes or no that changes nothing of it: "no. that account is my mother's"."""
    whole = predictions.whole
    return [
        Act(kind, act_value(kind, whole), whole.intent, whole.text, probability)
        for kind, probability in whole.acts.items()
        if kind in SIDE_ACTS and probability >= MIN_BY_ACT.get(kind, MIN_ACT_PROBABILITY)
    ]


def _feeling_acts(text: str, words: str) -> list[Act]:
    found = detect_feeling(text)
    return [Act("feeling", found, words=words, is_certain=True)] if found else []


def _resolve_acts(acts: Sequence[Act], words: str) -> list[Act]:
    """What the acts together mean.

    A yes beside a change is dropped. Beside a question it is dropped too, unless the message begins with it; then it
    stays, but is not certain.
    """

    def is_unclear_hold(act: Act) -> bool:  # one word may be an answer: "checking" is an account
        clear = act.confidence >= PLAIN_PROBABILITY and len(act.words.split()) > 1
        return act.kind == "hold" and not (act.is_certain or clear)

    kinds = {act.kind for act in acts}
    # an act of confidence 0 only stands in where nothing is known
    known = [act for act in acts if act.confidence > 0 or act.is_certain] or acts
    kept = [act for act in known if act.kind != "unclear" and not is_unclear_hold(act)]
    kept = kept or [Act("unclear", words=words)]
    if "hold" in kinds and (kinds & {"answer", "correct"} or len(_extract_digits(words)) >= MIN_LOOKED_UP_DIGITS):
        kept = [act for act in kept if act.kind != "hold"]  # "let me look, 2791" gives what was asked for
    against = {"correct", "deny", "cancel", "hold", "answer"} | (set() if starts_with_yes(words) else {"ask"})
    if "affirm" in kinds and kinds & against:
        kept = [act for act in kept if act.kind != "affirm"]
    if "ask" in kinds:  # "yes. is there a fee": meant, and yet nothing that could move money
        kept = [replace(act, is_certain=False) if act.kind == "affirm" else act for act in kept]
    if "deny" in kinds and "correct" in kinds:
        kept = [act for act in kept if act.kind != "deny"]
    return list(dict.fromkeys(kept))
