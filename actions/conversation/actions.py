"""The actions of the conversation itself: the end of a task, repeating, another language, unclear messages."""

from __future__ import annotations

from actions import agenda, follow_ups
from actions.base import SkillAction, clear_task
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.conversation import no_open_task
from actions.turn import Turn


class ActionFinish(SkillAction):
    """After a task: clear its answers, then resume the task that it interrupted or start the next on the agenda."""

    action_name = "action_finish"

    async def act(self, turn: Turn) -> None:
        paused = turn.get("paused_task")
        clear_task(turn, keep=paused)
        if paused:
            turn.set("resuming", True)
            turn.add_followup_action(paused)
        else:
            agenda.start_next(turn)


class ActionRepeat(SkillAction):
    action_name = "action_repeat"

    async def act(self, turn: Turn) -> None:
        if (
            await handle_danger_update(turn)
            or await answer_about_filed(turn)
            or await follow_ups.answer_follow_up(turn)
        ):  # "what was that number again"
            return
        if turn.has_act("language"):  # "can you tell me that in Spanish": the English words are no answer
            await no_open_task.handle_without_task(turn, "utter_language_what_now")
            return
        last_text = turn.last_bot_text()
        if last_text:
            turn.utter("utter_say_again", said=last_text)
        else:
            turn.utter("utter_repeat_nothing")


class ActionSwitchLanguage(SkillAction):
    action_name = "action_switch_language"

    async def act(self, turn: Turn) -> None:
        turn.utter("utter_language_switched")
        turn.utter("utter_language_what_now")


class ActionStrayAnswer(SkillAction):
    """A yes, a number or a date when nothing was asked."""

    action_name = "action_stray_answer"

    async def act(self, turn: Turn) -> None:
        await no_open_task.handle_without_task(turn, "utter_stray_answer")


class ActionUnclear(SkillAction):
    """A message with none of our intents."""

    action_name = "action_unclear"

    async def act(self, turn: Turn) -> None:
        await no_open_task.handle_without_task(turn, "utter_unclear")
