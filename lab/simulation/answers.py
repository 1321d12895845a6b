"""The answers of a simulated member to each question, by the name of the response that asks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bot.channels.voice.speaking.speech import spell_amount
from lab.records import format_money
from lab.simulation import style
from lab.simulation.personas import ALL_AT_ONCE, CORRECTING, NO_SEPARATOR, TERSE, WRONG_CODE, WRONG_LAST4, Persona
from lab.simulation.response_matching import OfferedChoice


@dataclass
class MemberState:
    """What the member knows, wants now, and has done in this conversation. `cents` None means all that is due."""

    persona: Persona
    number: str
    last4: str
    code: Callable[[], str]
    rng: Random
    cents: int | None
    asked: dict[str, int] = field(default_factory=dict)
    corrected: bool = False

    @property
    def channel(self) -> str:
        return self.persona.channel

    def say_amount(self, cents: int, manner: str = TERSE) -> str:
        return style.format_amount(cents, self.channel, manner, self.rng)

    def say_digits(self, digits: str) -> str:
        return style.format_digits(digits, self.channel, self.rng)

    def times(self, name: str) -> int:
        """How often this question was asked, this time included."""
        return self.asked.get(name, 0)


@dataclass(frozen=True)
class HeardQuestion:
    """A question of the assistant: the response's name, its words, and the choices offered with it."""

    name: str
    text: str
    choices: list[OfferedChoice]

    def choose(self, *patterns: str) -> str:
        """The line for the first choice whose title matches a pattern; else the first pattern in plain words."""
        for pattern in patterns:
            for choice in self.choices:
                if re.search(pattern, choice.title, re.IGNORECASE):
                    return choice.line
        return self.choices[0].line if self.choices else re.sub(r"\W+", " ", patterns[0].split("|")[0]).strip()


def answer_question(state: MemberState, asked: HeardQuestion) -> str | None:
    """The line to say, or None for a question without an answer in ANSWERS."""
    for pattern, how in ANSWERS:
        if re.fullmatch(pattern, asked.name):
            return how(state, asked)
    return None


def _give_number(state: MemberState, asked: HeardQuestion) -> str:
    first = state.times(asked.name) == 1
    if state.persona.knowledge == NO_SEPARATOR and first and "login" not in asked.name:
        return style.format_digits(state.number.split("-")[0], "sms", state.rng)
    if state.persona.knowledge == ALL_AT_ONCE and state.channel != "voice":
        return f"{state.number} {state.last4}"
    if state.persona.style == CORRECTING and first and state.channel != "voice":
        wrong = state.number.replace("-", "")[:-4] + "9-001"
        return f"{wrong} no wait {state.number}"
    return style.format_member_number(state.number, state.channel, state.persona.style, state.rng)


def _give_suffix(state: MemberState, asked: HeardQuestion) -> str:
    if state.times(asked.name) > 1:
        return style.format_member_number(state.number, state.channel, TERSE, state.rng)
    return state.say_digits(state.number.split("-")[1])


def _give_last4(state: MemberState, asked: HeardQuestion) -> str:
    if state.persona.knowledge == WRONG_LAST4 and state.times(asked.name) == 1 and "identity" not in asked.name:
        return state.say_digits(f"{(int(state.last4) + 1) % 10000:04d}")
    return state.say_digits(state.last4)


def _give_code(state: MemberState, asked: HeardQuestion) -> str:
    code = state.code()
    if state.persona.knowledge == WRONG_CODE and state.times(asked.name) == 1 and not asked.name.endswith("again"):
        code = f"{(int(code) + 1) % 1000000:06d}"
    return state.say_digits(code)


def _give_amount(state: MemberState, asked: HeardQuestion) -> str:
    if state.cents is not None:
        return state.say_amount(state.cents, state.persona.style)
    if state.rng.random() < 0.4 and any("All of it today" in choice.title for choice in asked.choices):
        return asked.choose("All of it today")
    return state.rng.choice(("all of it", "the whole thing", "everything", "the full amount"))


def _give_day(state: MemberState, asked: HeardQuestion) -> str:
    if state.persona.day != "today":
        return state.persona.day
    return asked.choose("^Today$") if asked.choices and state.rng.random() < 0.5 else "today"


def _choose_method(state: MemberState, asked: HeardQuestion) -> str:
    if asked.name.endswith(("declined", "expired")):
        return asked.choose("secure link", "another")
    return asked.choose(state.persona.method, "saved", "visa|checking", "secure link")


def mentions_amount(text: str, cents: int, channel: str) -> bool:
    """Whether this amount is in what was read out."""
    return (spell_amount(cents) if channel == "voice" else format_money(cents)) in text


def _confirm_payment(state: MemberState, asked: HeardQuestion) -> str:
    """Yes if the read-back is what the member meant; else a correction."""
    if state.persona.style == CORRECTING and not state.corrected:
        state.corrected = True
        state.cents = state.persona.other_cents
        return f"no wait, make it {state.say_amount(state.cents)}"
    if state.cents is not None and not mentions_amount(asked.text, state.cents, state.channel):
        if state.times(asked.name) > 4:
            return "never mind"
        return f"no, {state.say_amount(state.cents)}"
    return say_yes(state, asked)


def say_yes(state: MemberState, asked: HeardQuestion) -> str:
    word = re.search(r"Reply (PAY|AGREE|OK|ENROLL)\b", asked.text)
    if word and state.rng.random() < 0.6:
        return word[1]
    if state.channel == "voice":
        return state.rng.choice(("<1>", "yes", "yes please", "that's right"))
    if state.channel == "web" and asked.choices and state.rng.random() < 0.6:
        return asked.choose("^(yes|i agree)")
    return state.rng.choice(("yes", "yes please", "yep", "yes go ahead", "ok"))


def say_no(state: MemberState, asked: HeardQuestion) -> str:
    if state.channel == "web" and asked.choices and state.rng.random() < 0.5:
        return asked.choose("^no")
    return state.rng.choice(("no", "no thanks", "nope"))


def _answer_warning(state: MemberState, asked: HeardQuestion) -> str:
    """Answer a warning about a payment; a second payment of the same amount is always declined."""
    if asked.name.endswith("same_amount_recent"):
        return say_no(state, asked)
    wanted = state.persona.goal == "pay_more" or state.persona.index % 4 or state.times(asked.name) > 1
    return say_yes(state, asked) if wanted else say_no(state, asked)


def _change_payment(state: MemberState, asked: HeardQuestion) -> str:
    if state.cents is None or state.times(asked.name) > 2:
        return "never mind"
    return f"pay {state.say_amount(state.cents)}"


def _give_autopay_day(state: MemberState, asked: HeardQuestion) -> str:
    return state.rng.choice((asked.choose("due date"), "the 15th", "the due date"))


def _choose_act(state: MemberState, asked: HeardQuestion) -> str:
    """With a draft or Auto Pay in place, every second member ends it, the others leave it."""
    ends = "remove|turn it off|turn off|off" if state.persona.index % 2 else "leave|keep"
    return asked.choose(ends, "leave|keep")


def _choose_alert(state: MemberState, asked: HeardQuestion) -> str:
    if state.times(asked.name) > 1:
        return asked.choose("due|payment")
    return state.rng.choice(("text me 3 days before it is due", "when my bill is ready", "when a payment is received"))


def _choose_contact(state: MemberState, asked: HeardQuestion) -> str:
    opening = state.persona.opening
    return asked.choose(*(what for what in ("phone", "email", "address") if what in opening), "email|address|phone")


def _give_new_phone(state: MemberState, asked: HeardQuestion) -> str:
    number = f"815555{state.persona.index % 10000:04d}"
    return number if state.channel == "voice" else f"{number[:3]}-{number[3:6]}-{number[6:]}"


def _give_place(state: MemberState, asked: HeardQuestion) -> str:
    """A place that no other member reports: a second report from one place is added to the same ticket."""
    return f"{100 + state.persona.index} {state.rng.choice(('Sand Road, Elizabeth', 'prairie road', 'Elm Street'))}"


def _always_say(*lines: str) -> Callable[[MemberState, HeardQuestion], str]:
    def say(state: MemberState, asked: HeardQuestion) -> str:
        return state.rng.choice(lines)

    return say


def _choose_among(*patterns: str) -> Callable[[MemberState, HeardQuestion], str]:
    def choose(state: MemberState, asked: HeardQuestion) -> str:
        return asked.choose(*patterns)

    return choose


ANSWERS: tuple[tuple[str, Callable[[MemberState, HeardQuestion], str]], ...] = (
    (r"utter_question_(member_number|number_not_phone|login_name)", _give_number),
    (r"utter_question_separator", _give_suffix),
    (r"utter_question_(phone_last4\w*|identity_\w+)", _give_last4),
    (r"utter_question_(code|proof)\w*", _give_code),
    (r"utter_question_pay_amount\w*", _give_amount),
    (r"utter_question_pay_day\w*", _give_day),
    (r"utter_question_pay_method\w*", _choose_method),
    (r"utter_question_agree_\w+", _answer_warning),
    (r"utter_question_pay_(confirm|together)", _confirm_payment),
    (r"utter_question_pay_change", _change_payment),
    (r"utter_question_autopay_day\w*", _give_autopay_day),
    (r"utter_question_(auto|draft)_method\w*", _choose_among("visa|checking")),
    (r"utter_question_autopay_(late|replace|confirm|cancel)", say_yes),
    (r"utter_question_draft_(confirm|remove)", say_yes),
    (r"utter_question_autopay_(change|off)", _always_say("never mind")),
    (r"utter_question_(autopay|draft)_act", _choose_act),
    (r"utter_question_alert_what", _choose_alert),
    (r"utter_question_alert_another", _always_say("never mind")),
    (r"utter_question_alert_ways", _choose_among("text", "email")),
    (r"utter_question_alert_bill_due_wrong", _always_say("3")),
    (r"utter_question_alert_amount_over\w*", _always_say("150", "$200")),
    (r"utter_question_alert_usage_over\w*", _always_say("1200", "900")),
    (r"utter_question_alert_daily_usage_over\w*", _always_say("40")),
    (r"utter_question_alert_confirm", say_yes),
    (r"utter_question_bills\w*", say_yes),
    (r"utter_question_program", _choose_among("join|leave", "no")),
    (r"utter_question_program_\w+", say_yes),
    (
        r"utter_question_arrangement_amount",
        lambda state, _: state.say_amount(state.persona.other_cents, state.persona.style),
    ),
    (r"utter_question_arrangement_(day\w*|start)", _always_say("friday", "next friday", "on the 27th")),
    (r"utter_question_arrangement_rest", _always_say("the rest in two weeks", "half on december 1, half on the 15th")),
    (r"utter_question_arrangement_every", _always_say("every two weeks", "every month")),
    (r"utter_question_arrangement_each", _always_say("40", "$50")),
    (r"utter_question_arrangement_confirm", say_yes),
    (r"utter_question_arrangement_change", _always_say("never mind")),
    (r"utter_question_contact_what", _choose_contact),
    (r"utter_question_contact_phone", _give_new_phone),
    (r"utter_question_contact_email", lambda state, _: f"new{state.persona.index}@example.org"),
    (r"utter_question_contact_address", _always_say("PO Box 12, Hanover IL 61041")),
    (r"utter_question_contact_confirm", say_yes),
    (r"utter_question_contact_proof\w*", _always_say("later")),
    (
        r"utter_question_service_kind",
        lambda state, asked: asked.choose("start" if "start" in state.persona.opening else "stop"),
    ),
    (r"utter_question_service_address", _always_say("12 Oak Street, Hanover", "88 River Road, Savanna")),
    (r"utter_question_service_day\w*", _always_say("friday", "december 5")),
    (r"utter_question_service_name", _always_say("my name is Ann Miller", "Ann Miller")),
    (r"utter_question_service_final_bill", _always_say("email", "PO Box 12, Hanover IL 61041")),
    (r"utter_question_(service|callback)_confirm", say_yes),
    (r"utter_question_service_change", _always_say("never mind")),
    (r"utter_question_((service|callback|case)|callback_other)_phone", _give_new_phone),
    (r"utter_question_(outage|case)_place|utter_question_outage_back", _give_place),
    (
        r"utter_question_case_words",
        _always_say("your truck left ruts in my lawn on monday", "a fee of 25 that is not mine"),
    ),
    (r"utter_question_case_when", _always_say("any time", "weekday mornings, the gate is open")),
    (r"utter_question_case_confirm", say_yes),
    (r"utter_question_case_change", _always_say("never mind")),
    (r"utter_question_change_done", _always_say("never mind")),
    (r"utter_question_unknown", _always_say("never mind")),
    (r"utter_question_callback_(when|closed)", _always_say("tomorrow at 10", "friday at 2")),
    (r"utter_question_callback_hour", _always_say("at 10", "2:30")),
    (r"utter_question_sched_act", _choose_among("leave")),
    (r"utter_question_sched_item", _choose_among(".")),
    (r"utter_question_sched_day\w*", _always_say("in ten days")),
    (r"utter_question_sched_(move|cancel)", say_yes),
)
