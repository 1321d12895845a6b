"""The question that the member was asked: its task, type, options and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_QUESTION = "nothing"
NO_TASK = "none"
TASKS = (
    "none quick_pay autopay bank_draft alerts password user_id account_creation balance history usage budget_billing "
    "paperless contact arrangement service outage scheduled payment_status person medical light tree meter complaint "
    "dispute knowledge"
).split()
QUESTION_TYPES = (
    "nothing yes_no choice several amount day time place member_number last4 code email phone name method free_text "
    "anything_else"
).split()
MAX_TEXT_LENGTH = 300  # characters of the assistant's words that are kept, from the end


@dataclass(frozen=True)
class QuestionContext:
    """`text` is the assistant's last message, kept also when nothing is asked.

    `last_subject` is the subject of knowledge/ that was explained last.
    """

    task: str = NO_TASK
    question_type: str = NO_QUESTION
    options: tuple[str, ...] = ()
    text: str = ""
    last_subject: str = ""

    @classmethod
    def from_metadata(cls, metadata: Any) -> QuestionContext:
        """Read what an action or a file gives; missing and unknown values become the defaults."""
        if not isinstance(metadata, dict):
            return cls()
        task, asked, options = metadata.get("task"), metadata.get("asked"), metadata.get("options")
        return cls(
            task if task in TASKS else NO_TASK,
            asked if asked in QUESTION_TYPES else NO_QUESTION,
            tuple(str(option) for option in options) if isinstance(options, list | tuple) else (),
            str(metadata.get("said") or "")[-MAX_TEXT_LENGTH:],
            str(metadata.get("told") or ""),
        )

    def as_dict(self) -> dict[str, Any]:
        """As a message's metadata holds it."""
        return {
            "task": self.task,
            "asked": self.question_type,
            "options": list(self.options),
            "said": self.text,
            "told": self.last_subject,
        }

    def encoder_context(self) -> str:
        """What the encoder reads before the reply; nothing when nothing was asked or said."""
        if self.question_type == NO_QUESTION and not self.text:
            return ""
        words = f"{self.task} {self.question_type}: {self.text}".replace("_", " ")
        return f"{words} [{' / '.join(self.options)}]" if self.options else words
