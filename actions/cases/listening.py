"""What a message says about a report: the place, the phone, the words for the crew, a yes or a no."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from actions.danger import alarmed
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.place import read_place
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.contact.service import read_email, read_phone
from backend.handover.transcript import plain_line
from backend.reading.acts.polarity import names_yes
from backend.reading.acts.signals import is_question
from backend.reading.at_the_read_back import (
    crossing_told,
    has_no_number,
    tells_it_is_out,
    tells_of_none,
    town_told,
)
from backend.reading.phone_ending import phone_ending
from backend.reading.phone_figures import is_parted_as_phone, without_parted_phones
from backend.reading.together import read_all
from backend.tickets.place_correction import corrected_place

MOST_WORDS = 600
URGENT_TOLD = "utter_arrangement_notice"
"""Who was told that their request is urgent finds it so, whichever ticket it became."""
MOST_TOLD = 3  # so many times more is told without a place before the question is put in another way
FEW = 4  # fewer words than these say nothing that a crew needs
LACKS = re.compile(
    r"\b(?:(?:don'?t|do not|dont|didn'?t|doesn'?t|can'?t|cannot|cant) (?:have|know|remember|find|got|see|"
    r"get)|haven'?t got|"
    r"no idea|not sure|no (?:number|account|bill|member number)|not a member|without (?:it|a number)|lost it|idk|dunno|"
    r"forgot|not (?:at home|handy|on me)|isn'?t mine|not mine|not my account|no lo (?:tengo|se)|"
    r"no soy (?:socio|miembro))\b",
    re.IGNORECASE,
)
# "yes and hurry, it hums": a yes that tells more. What takes a part of it back is no yes.
YES_AND = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|yea|please do|go ahead|correct|sure)\b[\s,.!;-]+(?P<more>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
TAKES_BACK = re.compile(
    r"\b(?:but|no|not|don'?t|do not|wait|instead|except|actually|hold|rather|wrong|never)\b|\?", re.IGNORECASE
)
ONLY_FIGURES = re.compile(r"\W*(?:\d\W*){4}|(?:\W*[a-z]+){1,8}\W*", re.IGNORECASE)
THIS_CHAT = "this chat"
_NO_FACT = ("ask", "affirm", "deny", "cancel", "skip", "hold", "repeat", "person", "language", "social", "unclear")
"""Acts beside which what is told at the read-back is rather of something else."""
NUMBER_TOLD = "number told"


def _asks(turn: Turn) -> bool:
    return "?" in turn.text or (is_question(turn.text) and not alarmed(turn))


class ReportListening(IdentifiedForm):
    """A form that reads what is told of a report into its slots, which are named after its own word."""

    word: ClassVar[str]

    @abstractmethod
    async def place_shown(self, turn: Turn) -> str | None:
        """The place that this report has so far, where it may be told."""

    @abstractmethod
    async def listen_report(self, turn: Turn, asked: str | None) -> bool:
        """Read what this report alone has."""

    def slot(self, name: str) -> str:
        return f"{self.word}_{name}"

    def held(self, turn: Turn, name: str) -> Any:
        return turn.get(self.slot(name))

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        if asked in IDENTITY_SLOTS and LACKS.search(turn.text):
            self._goes_without_number(turn)
            return True
        if self._last_four_behind_the_number(turn, asked):
            return True
        phone = self._phone_in(turn, asked)
        if phone:
            turn.set(self.slot("phone"), phone)
            turn.notes["phone"] = True
            self._number_beside(turn)
            await self.listen_task(turn, asked)
            return True
        return await super().listen(turn, asked)

    def _last_four_behind_the_number(self, turn: Turn, asked: str | None) -> bool:
        """Four figures where the place of a danger was asked for, behind a member number: the account tells where."""
        number = turn.get(NUMBER)
        if not (number and asked == self.slot("place") and not turn.get(LAST4) and ONLY_FIGURES.fullmatch(turn.text)):
            return False
        last4 = turn.read(LAST4).last4
        if last4:
            turn.set(LAST4, last4)
        return bool(last4)

    def _goes_without_number(self, turn: Turn) -> None:
        turn.clear(NUMBER, LAST4, "identity_failed")
        turn.set(self.slot("no_number"), True)

    def _phone_in(self, turn: Turn, asked: str | None) -> str | None:
        """Ten digits are a phone where one was asked for, or where they are written or named as one."""
        number = read_all(turn.text, asked=None, today=turn.backend.today()).number
        if number is not None and number.complete and not is_parted_as_phone(turn.text):
            return None  # a member number with the digits behind its dash may have ten, too
        phone = read_phone(turn.text, strict=False)
        wanted = asked in (self.slot("phone"), self.slot("confirm"))
        written = is_parted_as_phone(turn.text) or re.search(r"\b(?:phone|cell|call)\b", turn.text, re.IGNORECASE)
        return phone if phone and (wanted or written) else None

    def _number_beside(self, turn: Turn) -> None:
        """A member number in the same message; a phone's digits must not be read as one."""
        rest = read_all(without_parted_phones(turn.text), asked=None, today=turn.backend.today())
        if is_parted_as_phone(turn.text) and rest.number is not None and rest.number.complete:
            turn.set(NUMBER, rest.number.dashed)
            turn.set(LAST4, rest.last4)

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = alarmed(turn)  # whatever was asked: no other skill's rule may take it away
        place = await self._place_in(turn, asked)
        if place:
            turn.set(self.slot("place"), place)
            heard = True
        elif asked == self.slot("place") and LACKS.search(turn.text):
            self._goes_without_number(turn)
            heard = turn.notes["no_number"] = True
        elif asked == self.slot("place") and not _asks(turn) and len(turn.text.split()) >= FEW:
            turn.notes["more"] = True  # no place, but nothing that is told is lost
            heard = self._tells_on(turn) or heard
        if (
            asked == self.slot("phone") and place is None and self._phone_in(turn, asked) is None
        ):  # "I don't know, 815-555-7788" tells one
            heard = self._listen_reach(turn) or heard
        if asked == self.slot("phone") and has_no_number(turn.own_words):
            heard = turn.notes["more"] = True  # of a pole's tag, and no refusal
        if asked == self.slot("confirm"):
            heard = self._listen_confirm(turn, place) or heard
        heard = await self.listen_report(turn, asked) or heard
        if asked is None or heard or turn.notes.get("more"):
            self._keep_words(turn, asked, place)
        return heard

    async def _place_in(self, turn: Turn, asked: str | None) -> str | None:
        """The place that is told, or put right: `yes, but it's 36, not 35`, of the one that was told or read back."""
        known = await self.place_shown(turn) if asked in (self.slot("phone"), self.slot("confirm")) else None
        if known:
            words = turn.own_words
            changes = self.held(turn, "confirm") == "no"  # what to change was asked for
            if right := corrected_place(f"no, {words}" if changes else words, known):
                return right
            if asked == self.slot("confirm") and (crossing := crossing_told(words)):
                return crossing
            town, _ = town_told(words)
            if town and "," not in known and asked == self.slot("confirm") and not turn.does("affirm", "deny"):
                return f"{known}, {town}"
        return read_place(turn, asked=asked == self.slot("place") and not turn.get(NUMBER))

    def _tells_on(self, turn: Turn) -> bool:
        """Whether this tells more of the same, and wishes nothing else: it is kept, and the place asked on."""
        told = str(self.held(turn, "words") or "").count(" / ")
        if (
            told >= MOST_TOLD
            or self._is_surely_another(turn)
            or turn.does("start", "cancel", "person", "repeat", "skip")
        ):
            return False
        return bool(turn.notes.setdefault("heard", True))

    def _listen_reach(self, turn: Turn) -> bool:
        """An email does too, and whoever has neither is answered in the chat itself."""
        email = read_email(turn.own_words)
        if email or said_no(turn) or LACKS.search(turn.text):
            turn.set(self.slot("phone"), email or THIS_CHAT)
            return True
        return False

    def _listen_confirm(self, turn: Turn, place: str | None) -> bool:
        end = phone_ending(turn.text)
        if end is not None and end not in turn.question.said:  # "mine ends 2203": the whole of it is asked for
            turn.clear(self.slot("phone"))
            return bool(turn.notes.setdefault("other_phone", True))
        chosen = turn.chosen(self.slot("confirm"))
        more = YES_AND.match(turn.text.strip())
        yes_and = more is not None and not TAKES_BACK.search(more["more"]) and not turn.removed
        # no money moves: "ok yes send it i guess" files a report that was read back and can be taken back
        likely = turn.does("affirm") and not turn.does("ask", "correct", "deny", "cancel") and names_yes(turn.text)
        agreed = said_yes(turn) or likely
        if chosen == "yes" or (chosen is None and (agreed or (yes_and and not place))):
            turn.notes["agreed"] = True
            if yes_and and not said_yes(turn):
                turn.notes["more"] = True
            return True
        if place or "phone" in turn.notes:
            turn.clear(self.slot("confirm"))
            return True
        if chosen is None and self._tells_what_is_not(turn):
            return self._adds_a_fact(turn)
        if chosen == "no" or said_no(turn):
            turn.set(self.slot("confirm"), "no")
            return True
        if self.held(turn, "confirm") == "no" and turn.own_words:  # what to change was asked for
            turn.clear(self.slot("confirm"))
            return bool(turn.notes.setdefault("more", True))
        return self._tells_a_fact(turn) and self._adds_a_fact(turn)

    def _tells_what_is_not(self, turn: Turn) -> bool:
        """`No pole number`, `no wires down that I see`, `no, it is still dark`: a no that refuses nothing."""
        out = self.word == "outage" and said_no(turn) and tells_it_is_out(turn.whole_words)
        words = (turn.text, turn.own_words)
        return out or any(has_no_number(one) or tells_of_none(one) for one in words)

    def _adds_a_fact(self, turn: Turn) -> bool:
        """It goes into the words for the crew, and the report is read back once more."""
        turn.notes["more"] = turn.notes["added"] = True
        return True

    def _tells_a_fact(self, turn: Turn) -> bool:
        """`The barn one`, at the read-back: neither a yes nor a no, and nothing that asks or wishes."""
        told = turn.does("volunteer", "answer", "correct") and not self._is_surely_another(turn)
        asks = "?" in turn.text or is_question(turn.text) or turn.does(*_NO_FACT)
        return told and not asks and len(turn.own_words.split()) > 1

    def _keep_words(self, turn: Turn, asked: str | None, place: str | None) -> None:
        """The first words are the description, and what is told later is added: nobody has to say it twice."""
        words = plain_line(turn.own_words.strip())
        before = str(self.held(turn, "words") or "")
        more = place is not None and len(words) > len(place) + 12  # more than the place itself
        if not words or words in before or not (asked is None or more or turn.notes.get("more")):
            return
        if asked is None and before and said_yes(turn):
            return  # a yes to what was offered: the words came with the offer
        turn.set(self.slot("words"), f"{before} / {words}"[:MOST_WORDS] if before else words[:MOST_WORDS])
