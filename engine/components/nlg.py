"""Chooses the wording of a response: the variant that fits, and not the one used just before."""

import copy
import logging
import re
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
TEMPLATED_KEYS = ("text", "image", "custom", "buttons")
# How many of the bot's last messages a new one is compared with: one answer may be several messages.
RECENT_MESSAGES = 4
ENGLISH = "en"

Variant = dict[str, Any]


def _is_condition_met(condition: dict[str, Any], slots: dict[str, Any]) -> bool:
    wanted, actual = condition["value"], slots.get(condition["name"])
    if isinstance(wanted, str) and isinstance(actual, str):
        return wanted.casefold() == actual.casefold()
    return bool(wanted == actual)


def find_best_variants(variants: list[Variant], channel: str, slots: dict[str, Any]) -> list[tuple[int, Variant]]:
    """The best fitting variants with their positions.

    A variant fits when its channel is the turn's or none, and all its conditions hold. The most conditions
    met wins; the channel breaks ties.
    """
    fits = [
        (position, variant)
        for position, variant in enumerate(variants)
        if variant.get("channel") in (None, channel)
        and all(_is_condition_met(condition, slots) for condition in variant.get("condition") or ())
    ]
    ranks = [(len(variant.get("condition") or ()), variant.get("channel") is not None) for _, variant in fits]
    return [fit for fit, rank in zip(fits, ranks, strict=True) if rank == max(ranks)]


def fill_placeholders(value: Any, values: dict[str, Any], response: str) -> Any:
    """Put values into `{name}` placeholders, at any depth of a response.

    Other braces stay as they are, so that a payload may be written `/choose{"slot":"value"}`, or with
    doubled braces as Rasa's own filler wants them. A value that is missing is left out and reported in the
    log: better than showing a brace. A text that is nothing but one placeholder becomes the value as it is, so
    that `table: "{table}"` holds a table.
    """
    if isinstance(value, dict):
        return {key: fill_placeholders(item, values, response) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_placeholders(item, values, response) for item in value]
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    if whole and isinstance(values.get(whole[1]), dict | list):
        return values[whole[1]]

    def put(match: re.Match[str]) -> str:
        given = values.get(match[1])
        if given is None:
            logger.error("%s lacks a value for {%s}", response, match[1])
            return ""
        return str(given)

    return PLACEHOLDER.sub(put, value.replace("{{", "{").replace("}}", "}"))


def _recent_texts_and_variants(tracker: DialogueStateTracker) -> tuple[set[str], dict[str, int]]:
    """The bot's last texts in this conversation, and the variant last used of each response."""
    texts: list[str] = []
    used: dict[str, int] = {}
    for event in reversed(tracker.events):
        if not isinstance(event, BotUttered):
            continue
        if event.text and len(texts) < RECENT_MESSAGES:
            texts.append(event.text)
        if "variant" in event.metadata:
            used.setdefault(event.metadata.get("utter_action", ""), event.metadata["variant"])
    return set(texts), used


class RotatingResponseGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's templated wording, with our choice among the variants."""

    def __init__(self, endpoint_config: Any = None, domain: Any = None) -> None:
        """Rasa passes settings and domain; after loading a model it sets `responses` again."""
        super().__init__(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The filled response for this conversation, or None when none fits."""
        # what the action gives with the response is newer than the slots, which it may be about to change
        slots = {**tracker.current_slot_values(), **kwargs}
        message = tracker.latest_message
        language = ((message.metadata if message else None) or {}).get("language") or ENGLISH
        variants = self.responses.get(f"{utter_action}.{language}") if language != ENGLISH else None
        candidates = find_best_variants(variants or self.responses.get(utter_action, []), output_channel, slots)
        if not candidates:
            logger.error("no wording of %s fits channel %s", utter_action, output_channel)
            return None
        texts, used = _recent_texts_and_variants(tracker)
        # One action may say several things before any of them is in the tracker.
        texts |= set(now := tracker.__dict__.setdefault("said_now", []))
        last = used.get(utter_action, -1)
        rotated = [c for c in candidates if c[0] > last] + [c for c in candidates if c[0] <= last]
        chosen = self._choose_variant(utter_action, rotated, slots, texts)
        now.append(chosen.get("text"))
        return chosen

    def _choose_variant(
        self, utter_action: str, rotated: list[tuple[int, Variant]], values: dict[str, Any], texts: set[str]
    ) -> dict[str, Any]:
        first: dict[str, Any] | None = None
        for position, variant in rotated:
            filled = copy.deepcopy(variant)
            for key in TEMPLATED_KEYS:
                if key in filled:
                    filled[key] = fill_placeholders(filled[key], values, utter_action)
            # Rasa puts `variant` and `utter_action` into the utterance's metadata, where the next turn finds them
            filled |= {"variant": position, "utter_action": utter_action}
            if filled.get("text") not in texts:
                return filled
            first = first or filled
        assert first is not None  # rotated is never empty
        return first
