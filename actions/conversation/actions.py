"""What keeps a conversation going: ending a task, saying it again, another language, and words with no task open."""

from __future__ import annotations

from actions import agenda, follow_ups
from actions.base import SkillAction, clear_task
from actions.cases.filed import tell_of_the_filed
from actions.cases.worse import tell_worse
from actions.conversation import unasked
from actions.turn import Turn


class ActionFinish(SkillAction):
    """After every task: forget its answers, go back to the task that it interrupted, then on to the next wish."""

    action_name = "action_finish"

    async def act(self, turn: Turn) -> None:
        paused = turn.get("paused_task")
        clear_task(turn, keep=paused)
        if paused:
            turn.set("resuming", True)
            turn.follow_with(paused)
        else:
            agenda.go_on(turn)


class ActionRepeat(SkillAction):
    action_name = "action_repeat"

    async def act(self, turn: Turn) -> None:
        if (
            await tell_worse(turn) or await tell_of_the_filed(turn) or await follow_ups.answered(turn)
        ):  # "what was that number again"
            return
        if turn.does("language"):  # "can you tell me that in Spanish": words said in English are no answer
            await unasked.resolve(turn, "utter_language_what_now")
            return
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
        await unasked.resolve(turn, "utter_stray_answer")


class ActionUnclear(SkillAction):
    """None of our intents: perhaps a question or a wish all the same; else said in another way each time."""

    action_name = "action_unclear"

    async def act(self, turn: Turn) -> None:
        await unasked.resolve(turn, "utter_unclear")
