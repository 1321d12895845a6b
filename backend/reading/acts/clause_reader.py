"""What one clause of a message does: its acts, from the classifiers, corrected by the form of the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backend.language import SPANISH
from backend.reading.acts.model import Act, OpenQuestion, PredictedClause
from backend.reading.acts.signals import (
    asks_for_information,
    asks_to_repeat,
    asks_to_undo,
    is_continuation,
    is_question,
    is_refusal,
    is_request,
    is_small_talk,
)
from backend.reading.acts.yes_no import NO, YES, detect_uncertain_yes, detect_yes_no
from backend.reading.spanish import to_english

MIN_ACT_PROBABILITY = 0.5
"""An act counts from this probability on; what follows from it is confirmed before anything is done."""
MIN_REQUEST_MID_TASK = 0.6  # in the middle of a task another one is begun only when plainly requested
PLAIN_PROBABILITY = 0.8
"""What a classifier says with this probability counts as plain."""
# nearly all held-out replies that are a yes reach it, and few that only look like one
MIN_AFFIRM = 0.75
# of the held-out replies between 0.5 and this, a third tell a fact
MIN_VOLUNTEER = 0.7
MIN_BY_ACT: Mapping[str, float] = {"affirm": MIN_AFFIRM, "volunteer": MIN_VOLUNTEER}
MIN_HINT_PROBABILITY = 0.3  # enough where the words say the same, or where nothing is likelier
QUESTION_FORM_PROBABILITY = 0.75  # of a question, where only its form says so
MIN_CERTAIN_ANSWER = 0.95
LONG_MESSAGE_WORDS = 12
YES_NO = "yes_no"
OPEN_ENDED_TYPES = frozenset({"nothing", "anything_else"})
FREE_TEXT_TYPES = frozenset({"free_text", "place", "name", "email"})
"""Questions that any words may answer, so a doubtful message still counts as the answer."""
ACT_BY_INTENT: Mapping[str, str] = {
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
"""The act of a message for which the engine gave an intent and no acts."""
PAYING_OR_JOINING_INTENTS = frozenset(
    {"quick_pay", "schedule_payment", "setup_autopay", "create_account", "payment_arrangement"}
)
NON_TASK_INTENTS = frozenset(ACT_BY_INTENT) | {"faq"}
ACTS_NEVER_GUESSED = frozenset({"start", "affirm", "cancel", "social", "feeling", "deny"})
"""Acts that are never guessed: something is done for them, or they turn away from the question."""
REQUEST_HIDING_INTENTS = frozenset({"inform", "out_of_scope", "nlu_fallback"})
MIN_SHARE_OF_REST = 0.3  # of what the ranking leaves for other intents
MIN_HIDDEN_REQUEST = 0.1
MIN_FRAGMENT_REQUEST = 0.3  # "and September?" continues the last answer: it starts a task only when that is plain


def read_yes_no(text: str, language: str, question: OpenQuestion, words: str) -> Act | None:
    """The act of a reply that is certainly a yes or a no."""
    read_out = to_english(question.text) if language == SPANISH else question.text
    found = detect_yes_no(text, read_out, language)
    if found == YES:
        return Act("affirm", words=words, is_certain=True)
    return Act("deny", words=words, is_certain=True) if found == NO else None


def read_clause(clause: PredictedClause, language: str, question: OpenQuestion) -> list[Act]:
    """The acts of one clause, at least one; the likeliest first."""
    text = to_english(clause.text) if language == SPANISH else clause.text
    if question.question_type == YES_NO and (found := read_yes_no(text, language, question, clause.text)):
        return [found]
    if asks_to_undo(text) and not (
        clause.acts.get("start", 0.0) >= PLAIN_PROBABILITY and is_request_intent(clause, PLAIN_PROBABILITY, question)
    ):
        return [Act("cancel", words=clause.text, is_certain=True)]
    if asks_to_repeat(text):
        return [Act("repeat", words=clause.text, is_certain=True)]
    if is_small_talk(text):
        return [Act("social", words=clause.text, is_certain=True)]
    likely = _likely_acts(clause, text, question)
    if question.question_type == YES_NO and (agrees := detect_uncertain_yes(text)):
        others = [pair for pair in likely if pair[0] not in ("deny", "unclear", *agrees)]
        likely = [*((kind, MIN_AFFIRM) for kind in agrees), *others]
    clause = _restore_hidden_request(clause, dict(likely), question)
    return [
        Act(kind, act_value(kind, clause), clause.intent, clause.text, probability, intent_confidence=clause.confidence)
        for kind, probability in likely
        if kind != "start" or is_request_intent(clause, probability, question)
    ] or [_guess_act(clause, text, question)]


def _likely_acts(clause: PredictedClause, text: str, question: OpenQuestion) -> list[tuple[str, float]]:
    """The acts that count with their probabilities, the likeliest first.

    The classifier's acts are corrected by the form of the words: a request is no question; a short question is no
    request; a question without a value is no answer; a long story may end in a question.
    """
    if not clause.acts:
        return [(_act_from_intent(clause, text), clause.confidence)]
    acts = dict(clause.acts)
    if (
        is_request(text)
        and clause.confidence >= MIN_ACT_PROBABILITY
        and is_request_intent(clause, PLAIN_PROBABILITY, question)
    ):
        acts |= {"start": max(acts.get("start", 0.0), PLAIN_PROBABILITY), "ask": 0.0}
    elif is_question(text) and acts.get("ask", 0.0) >= MIN_HINT_PROBABILITY and len(text.split()) < LONG_MESSAGE_WORDS:
        acts |= {"ask": max(acts["ask"], PLAIN_PROBABILITY), "start": 0.0}
    elif is_question(text) and question.question_type not in FREE_TEXT_TYPES and _may_be_question(acts, text):
        acts["ask"] = max(acts.get("ask", 0.0), QUESTION_FORM_PROBABILITY)
    if is_question(text) and acts.get("ask", 0.0) >= MIN_ACT_PROBABILITY and _contains_no_answer(acts, text, question):
        acts["answer"] = 0.0
    if len(text.split()) >= LONG_MESSAGE_WORDS and acts.get("ask", 0.0) >= MIN_HINT_PROBABILITY:
        acts["ask"] = max(acts["ask"], MIN_ACT_PROBABILITY)  # a question at the end of a story
    counted = (pair for pair in acts.items() if pair[1] >= MIN_BY_ACT.get(pair[0], MIN_ACT_PROBABILITY))
    likely = sorted(counted, key=lambda pair: -pair[1])
    kinds = {kind for kind, _ in likely}
    if asks_for_information(text) and acts.get("ask", 0.0) >= max(MIN_ACT_PROBABILITY, acts.get("start", 0.0)):
        return [pair for pair in likely if pair[0] != "start"]
    # a question is never a command; a story may hold both
    if {"ask", "start"} <= kinds and len(text.split()) < LONG_MESSAGE_WORDS:
        less_likely = min(("ask", "start"), key=lambda kind: acts[kind])
        likely = [pair for pair in likely if pair[0] != less_likely]
    return likely


def _may_be_question(acts: Mapping[str, float], text: str) -> bool:
    """Whether words in the form of a question are one; "what I paid last time" answers with an amount."""
    if acts.get("start", 0.0) >= MIN_ACT_PROBABILITY:
        return False
    return text.rstrip().endswith("?") or acts.get("answer", 0.0) < MIN_CERTAIN_ANSWER


def _contains_no_answer(acts: Mapping[str, float], text: str, question: OpenQuestion) -> bool:
    """Whether a question names no answer either; "can I do the 5th" names one."""
    if acts.get("answer", 0.0) >= MIN_CERTAIN_ANSWER or any(character.isdigit() for character in text):
        return False
    option_words = {word for option in question.options for word in option.lower().split()}
    return question.question_type not in FREE_TEXT_TYPES and not option_words & set(text.lower().strip(" .?!").split())


def _act_from_intent(clause: PredictedClause, text: str) -> str:
    """The act where only an intent is known."""
    if clause.intent in ACT_BY_INTENT:
        kind = ACT_BY_INTENT[clause.intent]
        return "ask" if kind == "unclear" and is_question(text) else kind
    if clause.intent.startswith("faq_") or is_question(text):
        return "ask"
    return "start"


def _restore_hidden_request(
    clause: PredictedClause, likely: Mapping[str, float], question: OpenQuestion
) -> PredictedClause:
    """The clause with the request that its values hide: "60 on monday" is taken for `inform` where nothing was asked.

    Where the acts plainly say `start` and the intent names no task, the likeliest task of the other intents takes its
    place, if its share is large enough.
    """
    if (
        question.question_type not in OPEN_ENDED_TYPES
        or likely.get("start", 0.0) < PLAIN_PROBABILITY
        or clause.intent not in REQUEST_HIDING_INTENTS
    ):
        return clause
    least = 0.0 if clause.intent == "inform" else MIN_HIDDEN_REQUEST
    if is_continuation(clause.text):
        least = MIN_FRAGMENT_REQUEST
    rest = sum(probability for _, probability in clause.other_intents)
    requests = (pair for pair in clause.other_intents if names_task(pair[0]))
    intent, probability = next(requests, ("", 0.0))
    if not intent or probability < max(MIN_SHARE_OF_REST * rest, least):
        return clause
    return replace(clause, intent=intent, confidence=likely["start"])


def names_task(intent: str) -> bool:
    """Whether an intent asks for a task, and not for an answer."""
    return intent not in NON_TASK_INTENTS and not intent.startswith("faq_")


def is_request_intent(clause: PredictedClause, probability: float, question: OpenQuestion) -> bool:
    """Whether the clause, which is a `start` with this probability, may start its intent's task here."""
    if not names_task(clause.intent):
        return False
    if clause.intent in PAYING_OR_JOINING_INTENTS and is_refusal(clause.text):
        return False  # "I wish nothing to be taken automatically" sets up nothing
    return question.question_type in OPEN_ENDED_TYPES or min(probability, clause.confidence) >= MIN_REQUEST_MID_TASK


def _guess_act(clause: PredictedClause, text: str, question: OpenQuestion) -> Act:
    """The act where none counts: the likeliest of those that may be guessed, else what such words mostly are."""
    if question.question_type in FREE_TEXT_TYPES:
        return Act("answer", clause.text, clause.intent, words=clause.text, confidence=0.0)
    guesses = [(probability, kind) for kind, probability in clause.acts.items() if kind not in ACTS_NEVER_GUESSED]
    probability, kind = max(guesses, default=(0.0, ""))
    if probability >= MIN_HINT_PROBABILITY:
        return Act(kind, act_value(kind, clause), clause.intent, clause.text, probability)
    return Act("ask" if is_question(text) else "unclear", clause.text, clause.intent, clause.text, 0.0)


def act_value(kind: str, clause: PredictedClause) -> str:
    return clause.text if kind in ("answer", "correct", "volunteer", "ask") else ""
