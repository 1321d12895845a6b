"""Reads the acts of a message in its context: rules for what must be certain, the classifiers for the rest.

`Yes. is there a fee` at a yes-or-no question is the acts `affirm` and `ask`; with a question beside it, the yes is not
certain and moves no money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.language import SPANISH
from backend.reading.acts.model import Act, EnginePredictions, OpenQuestion, PredictedClause
from backend.reading.acts.signals import (
    asks_for_information,
    asks_for_language,
    asks_to_repeat,
    asks_to_undo,
    asks_to_wait,
    detect_feeling,
    has_request_after_wait,
    is_continuation,
    is_question,
    is_refusal,
    is_request,
    is_small_talk,
    says_goodbye,
)
from backend.reading.acts.yes_no import NO, YES, detect_uncertain_yes, detect_yes_no, starts_with_yes
from backend.reading.bystander_talk import remove_bystander_talk
from backend.reading.live_agent_request import wants_live_agent
from backend.reading.numbers.digit_groups import spoken_to_digits
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
MIN_BARE_DIGITS = 4  # of a bare member number, last four or code
MIN_LOOKED_UP_DIGITS = 3  # of a number that was looked up, beside other words: "let me look, 2791"
LONG_MESSAGE_WORDS = 12
SIDE_ACTS = frozenset({"volunteer", "person", "social"})
YES_NO = "yes_no"
NUMBER_TYPES = frozenset({"member_number", "last4", "code"})
MAX_WORDS_WITH_NUMBER = 2  # words beside a number: "is 41005-001", "it's 0142"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
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
OUTAGE_INTENT = "report_outage"
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


class ContextReader:
    """The `ActReader` of every conversation; a class, so that another can be measured in its place."""

    def read_acts(self, words: str, language: str, question: OpenQuestion, predictions: EnginePredictions) -> list[Act]:
        """The acts of a message in their order; at least one. The first step that applies decides:

        1. Talk to somebody else in the room is no message, and is removed from one.
        2. A request for the other language.
        3. A bare number where one is asked for, and a number that is none of the options.
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
        if question.question_type in NUMBER_TYPES and _is_bare_number(text):
            return [Act("answer", value=words, intent="inform", words=words)]  # "is 41005-001" asks nothing
        if _is_not_an_option(text, question):
            return [Act("unclear", words=words, is_certain=True)]
        person = [Act("person", words=words, is_certain=True)] if wants_live_agent(words) else []
        waits = asks_to_wait(text) and not _has_question_after_wait(predictions)
        if not person and waits and not any(character.isdigit() for character in text):
            return _request_after_wait(text, words, predictions.whole) or [Act("hold", words=words, is_certain=True)]
        if question.question_type == YES_NO and (found := _read_yes_no(text, language, question, words)):
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
        acts = [act for clause in clauses if clause.text for act in _read_clause(clause, language, question)]
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
    likely = whole.confidence >= PLAIN_PROBABILITY and _names_task(whole.intent)
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
        or not _is_request_intent(whole, probability, question)
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
    return likely and len(text.split()) < LONG_MESSAGE_WORDS and not is_request(text)


def _is_not_an_option(text: str, question: OpenQuestion) -> bool:
    """Whether it is a number alone that is none of the choices: "7" of three."""
    number = text.strip(" .#")
    if question.question_type != "choice" or not question.options or not number.isdecimal():
        return False
    return int(number) > len(question.options) and not any(number in option for option in question.options)


def _extract_digits(words: str) -> str:
    """The digits of a message, typed or said."""
    return "".join(character for character in spoken_to_digits(words) if character.isdigit())


def _read_yes_no(text: str, language: str, question: OpenQuestion, words: str) -> Act | None:
    """The act of a reply that is certainly a yes or a no."""
    read_out = to_english(question.text) if language == SPANISH else question.text
    found = detect_yes_no(text, read_out, language)
    if found == YES:
        return Act("affirm", words=words, is_certain=True)
    return Act("deny", words=words, is_certain=True) if found == NO else None


def _acts_of_kind(language: str, question: OpenQuestion, predictions: EnginePredictions, kind: str) -> list[Act]:
    """What else the clauses do beside a certain yes or no: "yes, and then set up auto pay", "no. what do I owe?"."""
    acts = [act for clause in predictions.clauses for act in _read_clause(clause, language, question)]
    return [act for act in acts if act.kind == kind]


def _side_acts(predictions: EnginePredictions) -> list[Act]:
    """What a reply likely does beside its yes or no that changes nothing of it: "no. that account is my mother's"."""
    whole = predictions.whole
    return [
        Act(kind, _act_value(kind, whole), whole.intent, whole.text, probability)
        for kind, probability in whole.acts.items()
        if kind in SIDE_ACTS and probability >= MIN_BY_ACT.get(kind, MIN_ACT_PROBABILITY)
    ]


def _feeling_acts(text: str, words: str) -> list[Act]:
    found = detect_feeling(text)
    return [Act("feeling", found, words=words, is_certain=True)] if found else []


def _read_clause(clause: PredictedClause, language: str, question: OpenQuestion) -> list[Act]:
    text = to_english(clause.text) if language == SPANISH else clause.text
    if question.question_type == YES_NO and (found := _read_yes_no(text, language, question, clause.text)):
        return [found]
    if asks_to_undo(text) and not (
        clause.acts.get("start", 0.0) >= PLAIN_PROBABILITY and _is_request_intent(clause, PLAIN_PROBABILITY, question)
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
        Act(
            kind, _act_value(kind, clause), clause.intent, clause.text, probability, intent_confidence=clause.confidence
        )
        for kind, probability in likely
        if kind != "start" or _is_request_intent(clause, probability, question)
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
        and _is_request_intent(clause, PLAIN_PROBABILITY, question)
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
    requests = (pair for pair in clause.other_intents if _names_task(pair[0]))
    intent, probability = next(requests, ("", 0.0))
    if not intent or probability < max(MIN_SHARE_OF_REST * rest, least):
        return clause
    return replace(clause, intent=intent, confidence=likely["start"])


def _names_task(intent: str) -> bool:
    return intent not in NON_TASK_INTENTS and not intent.startswith("faq_")


def _is_request_intent(clause: PredictedClause, probability: float, question: OpenQuestion) -> bool:
    if not _names_task(clause.intent):
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
        return Act(kind, _act_value(kind, clause), clause.intent, clause.text, probability)
    return Act("ask" if is_question(text) else "unclear", clause.text, clause.intent, clause.text, 0.0)


def _act_value(kind: str, clause: PredictedClause) -> str:
    return clause.text if kind in ("answer", "correct", "volunteer", "ask") else ""


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
