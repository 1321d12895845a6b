"""Noise is reproducible by its seed, changes words only, and changes nothing that would be unfair."""

from __future__ import annotations

import json
from random import Random

import pytest

from lab.channel_clients import ChannelClient, ClientRequest
from lab.noise import DOUBLED, REORDERED, SILENCE
from lab.noise.asr import add_asr_errors
from lab.noise.noisy_line import DeliveryMismatch, NoisyLine
from lab.noise.typos import add_typos
from lab.system import MemberlineSystem

LINES = (
    "i want to pay my electric bill",
    "can you tell me when my payment is due",
    "where do I find my member number",
    "sign me up for automatic payments please",
)
UNTOUCHED = (
    "99999-001",
    "0142",
    "<99999001#>",
    "PAY",
    "yes please",
    "yes, go ahead",
    "AGREE",
    "ruth.new@example.com",
    "",
)


@pytest.mark.parametrize("line", UNTOUCHED)
def test_no_typo_where_it_would_be_unfair(line: str) -> None:
    assert {add_typos(line, Random(seed)) for seed in range(200)} == {line}


def test_typos_change_letters_and_never_digits_or_numbers() -> None:
    line = "text me 3 days before payment and when usage goes over twelve hundred or $84.50"
    made = [add_typos(line, Random(seed)) for seed in range(300)]
    assert len(set(made)) > 50
    for text in made:
        assert " 3 " in text
        assert "twelve hundred" in text
        assert "$84.50" in text


@pytest.mark.parametrize("line", LINES)
def test_typo_is_a_small_slip_after_the_first_letter(line: str) -> None:
    for seed in range(100):
        slipped = add_typos(line, Random(seed)).split()
        assert len(slipped) == len(line.split())
        assert sum(a != b for a, b in zip(slipped, line.split(), strict=True)) <= 3
        assert [word[0] for word in slipped] == [word[0] for word in line.split()]


@pytest.mark.parametrize("slip", [add_typos, add_asr_errors])
def test_the_same_seed_makes_the_same_noise(slip) -> None:  # type: ignore[no-untyped-def]
    for line in LINES:
        assert [slip(line, Random(seed)) for seed in range(50)] == [slip(line, Random(seed)) for seed in range(50)]


def test_a_recognizer_confuses_words_that_sound_alike() -> None:
    recognized = {add_asr_errors("i want to make a payment for my bill", Random(seed)) for seed in range(300)}
    assert any("pay mint" in text for text in recognized)
    assert any("four" in text for text in recognized)
    assert any(" make payment" in text or " make pay mint" in text for text in recognized)


def test_a_recognizer_adds_no_number_to_a_number() -> None:
    for line in ("pay fifty dollars for my bill", "pay 50 to my bill on friday"):
        recognized = {add_asr_errors(line, Random(seed)) for seed in range(200)}
        assert not any("four" in text or "two" in text for text in recognized)


def test_digits_are_spoken_one_by_one_and_stay_the_same() -> None:
    words = {name: str(n) for n, name in enumerate("zero one two three four five six seven eight nine".split())} | {
        "oh": "0"
    }
    recognized = {add_asr_errors("99999-001", Random(seed)) for seed in range(100)}
    assert any("oh" in text for text in recognized)
    for text in recognized:
        assert "".join(words.get(word, word) for word in text.split() if word != "dash") == "99999001"


@pytest.mark.parametrize("line", ["<1>", "yes please", "no"])
def test_yes_on_the_phone_stays_intact(line: str) -> None:
    assert {add_asr_errors(line, Random(seed)) for seed in range(100)} == {line}


class Echo(ChannelClient):
    """An assistant that answers each message with itself, or, `forgetful`, each delivery with another answer."""

    channel = "web"
    conversation = "echo"

    def __init__(self, forgetful: bool = False) -> None:
        super().__init__(MemberlineSystem("http://nowhere.invalid"))
        self.deliveries: list[str] = []
        self.forgetful = forgetful

    def prepare(self, line: str) -> ClientRequest:
        return ClientRequest("/", line.encode(), {}, line)

    def deliver(self, delivery: ClientRequest) -> str:
        self.deliveries.append(delivery.body.decode())
        answer = delivery.body.decode() + (f" {len(self.deliveries)}" if self.forgetful else "")
        return json.dumps({"messages": [{"text": answer}]})

    def read_answer(self, answer: str) -> str:
        return str(json.loads(answer)["messages"][0]["text"])


def test_doubled_and_late_deliveries_are_the_same_message_again() -> None:
    echo = Echo()
    line = NoisyLine(echo, (DOUBLED, REORDERED), Random(3))
    lines = [f"line {n}" for n in range(30)]
    assert [line.say(text) for text in lines] == lines
    assert len(echo.deliveries) > len(lines)
    assert set(echo.deliveries) == set(lines)
    late = [
        place for place, text in enumerate(echo.deliveries) if text != max(echo.deliveries[: place + 1], key=_place)
    ]
    assert late, "an earlier one came behind later ones"


def _place(text: str) -> int:
    return int(text.split()[1])


@pytest.mark.parametrize("kind", [DOUBLED, REORDERED])
def test_another_answer_to_the_same_message_is_found(kind: str) -> None:
    line = NoisyLine(Echo(forgetful=True), (kind,), Random(1))
    with pytest.raises(DeliveryMismatch, match="delivered twice"):
        _say_much(line)


def test_silence_is_for_calls_alone() -> None:
    echo = Echo()
    line = NoisyLine(echo, (SILENCE,), Random(1))
    _say_much(line)
    assert len(echo.deliveries) == 30


def _say_much(line: NoisyLine) -> None:
    for number in range(30):
        line.say(f"line {number}")
