"""What keeps a conversation going: ending a task, saying it again, and words that fit nothing."""

from __future__ import annotations

from actions.accounts.choice import FEW_WORDS
from actions.accounts.forms import hear_account
from actions.base import MISSES_BEFORE_A_PERSON, SkillAction, clear_task
from actions.danger import heed
from actions.person.handing_over import hand_over
from actions.quick_pay.paying import say_already
from actions.turn import Turn
from actions.yes_no import said_yes
from backend.members.levels import Level
from backend.reading.amount import Amount
from backend.reading.together import Everything


class ActionFinish(SkillAction):
    """After every task: forget its answers, and go back to the task that it interrupted."""

    action_name = "action_finish"

    async def act(self, turn: Turn) -> None:
        paused = turn.get("paused_task")
        clear_task(turn, keep=paused)
        if paused:
            turn.set("resuming", True)
            turn.follow_with(paused)


class ActionRepeat(SkillAction):
    action_name = "action_repeat"

    async def act(self, turn: Turn) -> None:
        said = turn.last_said()
        if said:
            turn.say("utter_say_again", said=said)
        else:
            turn.say("utter_repeat_nothing")


class ActionSwitchLanguage(SkillAction):
    """Another language, with no task open."""

    action_name = "action_switch_language"

    async def act(self, turn: Turn) -> None:
        turn.say("utter_language_switched")
        turn.say("utter_language_what_now")


class ActionStrayAnswer(SkillAction):
    """A yes, a number or a date when nothing was asked: nothing is done, and nothing is lost."""

    action_name = "action_stray_answer"

    async def act(self, turn: Turn) -> None:
        if heed(turn):
            return
        offer = turn.get("offer")
        turn.clear("offer")
        said = turn.read("pay_amount" if offer else None)
        if await goes_on_with_another_account(turn):
            return
        if said_yes(turn) and (offer or await say_already(turn)):
            if offer:
                turn.follow_with(str(offer))
        elif said.amount is not None or said.share is not None:
            turn.follow_with("quick_pay_form")  # "50 on friday, my visa": an amount is only ever for a payment
            if isinstance(said.amount, Amount):
                turn.set("pay_amount", said.amount.cents)
        elif said.number is not None and said.number.complete:
            await self._number(turn, said)
        elif turn.intent == "deny":
            turn.say("utter_nothing_more")
        elif turn.intent == "cancel":
            turn.say("utter_nothing_open")
        else:
            await again(turn, "utter_stray_answer")

    async def _number(self, turn: Turn, said: Everything) -> None:
        if (await turn.standing()).level >= Level.KNOWN:
            turn.follow_with("balance_form")  # another account, while one is open: where it stands is what is wanted
            return
        assert said.number is not None
        turn.set("member_number", said.number.dashed)
        if said.last4:
            turn.set("phone_last4", said.last4)
        turn.say("utter_number_noted")


class ActionUnclear(SkillAction):
    """Not understood: said in another way each time, and a person at the third."""

    action_name = "action_unclear"

    async def act(self, turn: Turn) -> None:
        if not heed(turn) and not await goes_on_with_another_account(turn):
            await again(turn, "utter_unclear")


async def goes_on_with_another_account(turn: Turn) -> bool:
    """`And the barn?`, with nothing open: where that account of the member stands is what is wanted."""
    if len(turn.text.split()) > FEW_WORDS or not await hear_account(turn):
        return False
    turn.follow_with("balance_form")
    return True


async def again(turn: Turn, response: str) -> None:
    """Say that nothing came of the words; a person at the third time in a row."""
    misses = int(turn.get("misses") or 0) + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        await hand_over(turn, "utter_person_after_misses")
        misses = 0
    else:
        turn.say(response, misses=misses)
    turn.set("misses", misses)
