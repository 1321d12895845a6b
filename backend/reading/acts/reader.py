"""The one reading of a message in its context: rules for what must be certain, the classifiers for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.language import SPANISH
from backend.reading.acts.model import Act, Clause, Question, Statistics
from backend.reading.acts.polarity import NO, YES, begins_with_yes, polarity, unsure_yes
from backend.reading.acts.signals import (
    asks_to_wait,
    feeling_of,
    goes_on,
    is_question,
    is_request,
    names_a_language,
    only_social,
    refuses,
    requests_behind_waiting,
    takes_back,
    takes_leave,
    wants_it_again,
    wants_to_know,
)
from backend.reading.digits import spoken_to_digits
from backend.reading.person_wish import wants_a_person
from backend.reading.shouts import without_shouts
from backend.reading.spanish import glossed

LIKELY = 0.5
"""From this probability on an act counts; what follows from it is asked about before anything is done."""
SURE_OF_A_WISH = 0.6  # in the middle of a task another one is begun only when it is plainly wished
SURELY = 0.8
AGREES = 0.75  # of held-out replies nearly all that are a yes reach it, and few that only look like one
TELLS = 0.7  # of held-out replies that are likelier than not to tell a fact and do not reach it, a third tell one
_LEAST: Mapping[str, float] = {"affirm": AGREES, "volunteer": TELLS}
PERHAPS = 0.3
ANSWERS_FOR_SURE = 0.95
FIGURE = 3  # so many digits are a number that was looked for
LONG = 12  # words
BESIDE = frozenset({"volunteer", "person", "social"})
YES_NO = frozenset({"yes_no"})
FIGURED = frozenset({"member_number", "last4", "code"})
FEW_BESIDE = 2  # words beside a number: "is 41005-001", "it's 0142"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
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
OUTAGE = "report_outage"
_SET_UP = frozenset({"quick_pay", "schedule_payment", "setup_autopay", "create_account", "payment_arrangement"})
_NO_WISH = frozenset(_BY_INTENT) | {"faq"}
_PROMISING = frozenset({"start", "affirm", "cancel", "social", "feeling", "deny"})
"""Acts that something follows from, or that turn away from the question: a guess makes none of them."""
_HIDING = frozenset({"inform", "out_of_scope", "nlu_fallback"})
LEAST_SHARE = 0.3  # of what the ranking leaves for other intents
LEAST_OF_ALL = 0.1
LEAST_OF_A_FRAGMENT = 0.3  # "and September?" goes on with what was told: nothing is wished by it that is not plain


class ContextReader:
    """See the module; implements `Reader`."""

    def read(self, words: str, language: str, question: Question, statistics: Statistics) -> list[Act]:
        """The acts of a message in their order; at least one."""
        if words.strip() and not without_shouts(words):
            return [Act("hold", words=words, certain=True)]  # somebody else in the room is spoken to
        words = without_shouts(words)
        text = glossed(words) if language == SPANISH else words
        if not text.strip():
            return [Act("unclear", words=words)]
        if names_a_language(text):
            return [Act("language", words=words, certain=True)]
        if question.asked in FIGURED and _is_bare_number(text):
            return [Act("answer", words, "inform", words)]  # "is 41005-001" asks nothing
        if _is_no_option(text, question):
            return [Act("unclear", words=words, certain=True)]
        person = [Act("person", words=words, certain=True)] if wants_a_person(words) else []
        waits = asks_to_wait(text) and not _asks_behind_waiting(statistics)
        if not person and waits and not any(character.isdigit() for character in text):
            return _wish_behind_waiting(text, words, statistics.whole) or [Act("hold", words=words, certain=True)]
        if question.asked in YES_NO and (found := _yes_or_no(text, language, question, words)):
            asked = _clause_acts(language, question, statistics, "ask") if found.kind == "deny" else []
            wished = _clause_acts(language, question, statistics, "start")
            beside = [*_feelings(text, words), *wished, *asked, *_beside(statistics)]
            return [found, *person, *beside]
        if not person and question.asked in OPEN_ENDED and takes_leave(text):
            return [Act("social", words=words, certain=True)]
        if not person and _only_follows_up(text, statistics):
            return [Act("ask", words, statistics.whole.intent, words, statistics.follow_up), *_feelings(text, words)]
        clauses = [_to_us(clause) for clause in statistics.clauses or (statistics.whole,)]
        acts = [act for clause in clauses if clause.text for act in _of_clause(clause, language, question)]
        acts += [
            act for act in _feelings(text, words) if act.value not in {a.value for a in acts if a.kind == "feeling"}
        ]
        acts += _wish_of_the_whole(statistics.whole, acts, question) if statistics.clauses else []
        told = [act for act in acts if act.kind not in ("unclear", "person")]
        if person:
            return [*person, *(_settled(told, words, question) if told else [])]
        settled = _settled(acts, words, question)
        waits = all(act.kind == "hold" for act in settled)
        return (_wish_behind_waiting(text, words, statistics.whole) if waits else []) or settled


def _is_bare_number(text: str) -> bool:
    """Whether a number is given with hardly a word around it."""
    return len(only_digits(text)) >= FIGURE + 1 and "?" not in text and len(_LETTERS.findall(text)) <= FEW_BESIDE


def _asks_behind_waiting(statistics: Statistics) -> bool:
    """`Hold on, before I give you anything: what is the late fee?`"""
    asking = [clause for clause in statistics.clauses if clause.acts.get("ask", 0.0) >= SURELY]
    return any(is_question(clause.text) and not asks_to_wait(clause.text) for clause in asking)


def _wish_behind_waiting(text: str, words: str, heard: Clause) -> list[Act]:
    """`Hold on, the power just went out here`: nobody says that, or asks for something, only to win time."""
    sure = heard.confidence >= SURELY and not _is_no_wish(heard.intent)
    if not sure or not (heard.intent == OUTAGE or requests_behind_waiting(text)):
        return []
    return [Act("start", "", heard.intent, words, heard.confidence, intent_sure=heard.confidence)]


def _wish_of_the_whole(whole: Clause, acts: Sequence[Act], question: Question) -> list[Act]:
    """A wish that no clause holds alone: "half the house has power. the other half is dead"."""
    sure = whole.acts.get("start", 0.0)
    begun = any(act.kind in ("start", "ask", "cancel", "deny") for act in acts)
    if begun or question.asked not in OPEN_ENDED or sure < SURELY or whole.confidence < LIKELY:
        return []
    wish = Act("start", "", whole.intent, whole.text, sure, intent_sure=whole.confidence)
    return [wish] if _is_wish(whole, sure, question) else []


def _to_us(clause: Clause) -> Clause:
    """A clause without what it says to a child or a dog; the classifiers took that for a wish to stop."""
    said = without_shouts(clause.text)
    if said == clause.text:
        return clause
    acts = {kind: sure for kind, sure in clause.acts.items() if kind != "cancel"}
    return replace(clause, text=said, intent="inform" if clause.intent == "cancel" else clause.intent, acts=acts)


def _only_follows_up(text: str, statistics: Statistics) -> bool:
    """`How long does it take` is a question whatever wish a classifier takes it for."""
    sure = statistics.follow_up >= (LIKELY if is_question(text) else SURELY)
    return sure and len(text.split()) < LONG and not is_request(text)


def _surely_waits(act: Act) -> bool:
    """One word may be an answer: "checking" is an account."""
    return act.sure >= SURELY and len(act.words.split()) > 1


def _is_no_option(text: str, question: Question) -> bool:
    """A number alone that is none of the choices: "7" of three."""
    number = text.strip(" .#")
    if question.asked != "choice" or not question.options or not number.isdecimal():
        return False
    return int(number) > len(question.options) and not any(number in option for option in question.options)


def only_digits(words: str) -> str:
    """The digits of a message, typed or said."""
    return "".join(character for character in spoken_to_digits(words) if character.isdigit())


def _yes_or_no(text: str, language: str, question: Question, words: str) -> Act | None:
    read_out = glossed(question.said) if language == SPANISH else question.said
    found = polarity(text, read_out, language)
    if found == YES:
        return Act("affirm", words=words, certain=True)
    return Act("deny", words=words, certain=True) if found == NO else None


def _clause_acts(language: str, question: Question, statistics: Statistics, kind: str) -> list[Act]:
    """What else the clauses do beside a certain yes or no: "yes, and then set up auto pay", "no. what do I owe?"."""
    acts = [act for clause in statistics.clauses for act in _of_clause(clause, language, question)]
    return [act for act in acts if act.kind == kind]


def _beside(statistics: Statistics) -> list[Act]:
    """What a reply surely does beside its yes or no that changes nothing of it: "no. that account is my mother's"."""
    whole = statistics.whole
    return [
        Act(kind, _value(kind, whole), whole.intent, whole.text, sure)
        for kind, sure in whole.acts.items()
        if kind in BESIDE and sure >= _LEAST.get(kind, LIKELY)
    ]


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
    if question.asked in YES_NO and (agrees := unsure_yes(text)):
        others = [pair for pair in likely if pair[0] not in ("deny", "unclear", *agrees)]
        likely = [*((kind, AGREES) for kind in agrees), *others]
    clause = _with_its_wish(clause, dict(likely), question)
    return [
        Act(kind, _value(kind, clause), clause.intent, clause.text, sure, intent_sure=clause.confidence)
        for kind, sure in likely
        if kind != "start" or _is_wish(clause, sure, question)
    ] or [_guessed(clause, text, question)]


def _likely(clause: Clause, text: str, question: Question) -> list[tuple[str, float]]:
    """The acts that count, the likeliest first."""
    if not clause.acts:
        return [(_by_intent(clause, text, question), clause.confidence)]
    acts = dict(clause.acts)
    if is_request(text) and clause.confidence >= LIKELY and _is_wish(clause, SURELY, question):
        acts |= {"start": max(acts.get("start", 0.0), SURELY), "ask": 0.0}
    elif is_question(text) and acts.get("ask", 0.0) >= PERHAPS and len(text.split()) < LONG:
        acts |= {"ask": max(acts["ask"], SURELY), "start": 0.0}
    elif is_question(text) and question.asked not in OWN_WORDS and _may_ask(acts, text):
        acts["ask"] = max(acts.get("ask", 0.0), 0.75 if acts.get("start", 0.0) < LIKELY else 0.0)
    if is_question(text) and acts.get("ask", 0.0) >= LIKELY and _names_no_answer(acts, text, question):
        acts["answer"] = 0.0
    if len(text.split()) >= LONG and acts.get("ask", 0.0) >= PERHAPS:
        acts["ask"] = max(acts["ask"], LIKELY)  # a question at the end of a story
    counted = (pair for pair in acts.items() if pair[1] >= _LEAST.get(pair[0], LIKELY))
    likely = sorted(counted, key=lambda pair: -pair[1])
    kinds = {kind for kind, _ in likely}
    if wants_to_know(text) and acts.get("ask", 0.0) >= max(LIKELY, acts.get("start", 0.0)):
        return [pair for pair in likely if pair[0] != "start"]
    if {"ask", "start"} <= kinds and len(text.split()) < LONG:  # a question is never a command; a story may hold both
        worse = min(("ask", "start"), key=lambda kind: acts[kind])
        likely = [pair for pair in likely if pair[0] != worse]
    return likely


def _may_ask(acts: Mapping[str, float], text: str) -> bool:
    """Words like a question's may answer: "what I paid last time", of an amount."""
    return text.rstrip().endswith("?") or acts.get("answer", 0.0) < ANSWERS_FOR_SURE


def _names_no_answer(acts: Mapping[str, float], text: str, question: Question) -> bool:
    """A question is no answer but where it names one: "can I do the 5th"."""
    if acts.get("answer", 0.0) >= ANSWERS_FOR_SURE or any(character.isdigit() for character in text):
        return False
    told = {word for option in question.options for word in option.lower().split()}
    return question.asked not in OWN_WORDS and not told & set(text.lower().strip(" .?!").split())


def _by_intent(clause: Clause, text: str, question: Question) -> str:
    """Where only an intent is known."""
    if clause.intent in _BY_INTENT:
        known = _BY_INTENT[clause.intent]
        return "ask" if known == "unclear" and is_question(text) else known
    if clause.intent.startswith("faq_") or is_question(text):
        return "ask"
    return "start"


def _with_its_wish(clause: Clause, likely: Mapping[str, float], question: Question) -> Clause:
    """The clause with the wish that its values hide: "60 on monday" looks like an answer where nothing was asked.

    What a message does is then surer than its intent, and the likeliest wish behind the first intent is meant.
    """
    if question.asked not in OPEN_ENDED or likely.get("start", 0.0) < SURELY or clause.intent not in _HIDING:
        return clause
    least = LEAST_OF_A_FRAGMENT if goes_on(clause.text) else 0.0 if clause.intent == "inform" else LEAST_OF_ALL
    rest = sum(share for _, share in clause.others)
    found = next(((name, share) for name, share in clause.others if not _is_no_wish(name)), None)
    if found is None or found[1] < max(LEAST_SHARE * rest, least):
        return clause
    return replace(clause, intent=found[0], confidence=likely["start"])


def _is_no_wish(intent: str) -> bool:
    return intent in _NO_WISH or intent.startswith("faq_")


def _is_wish(clause: Clause, sure: float, question: Question) -> bool:
    if _is_no_wish(clause.intent):
        return False
    if clause.intent in _SET_UP and refuses(clause.text):
        return False  # "I wish nothing to be taken automatically" sets up nothing
    return question.asked in OPEN_ENDED or min(sure, clause.confidence) >= SURE_OF_A_WISH


def _guessed(clause: Clause, text: str, question: Question) -> Act:
    """Where no act counts: the likeliest of those that a guess may make, else what such words mostly are."""
    mild = [(sure, kind) for kind, sure in clause.acts.items() if kind not in _PROMISING]
    sure, kind = max(mild, default=(0.0, ""))
    if sure >= PERHAPS and question.asked not in OWN_WORDS:
        return Act(kind, _value(kind, clause), clause.intent, clause.text, sure)
    return Act(_fallback(text, question), clause.text, clause.intent, clause.text, 0.0)


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
    against = {"correct", "deny", "cancel", "hold", "answer"} | (set() if begins_with_yes(words) else {"ask"})
    if "affirm" in kinds and kinds & against:
        kept = [act for act in kept if act.kind != "affirm"]
    if "ask" in kinds:  # "yes. is there a fee": meant, and yet nothing that could move money
        kept = [replace(act, certain=False) if act.kind == "affirm" else act for act in kept]
    if "deny" in kinds and "correct" in kinds:
        kept = [act for act in kept if act.kind != "deny"]
    return list(dict.fromkeys(kept))
