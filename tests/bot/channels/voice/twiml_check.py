"""Refuses TwiML that Twilio would not take.

Which verb may stand where and with which attributes is read off the SDK's own builder classes. Rules of the
documentation that the builders do not know are added by hand."""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache

from twilio.twiml import TwiML, lower_camel, voice_response
from twilio.twiml.voice_response import VoiceResponse

XML_PREFIX = "{http://www.w3.org/XML/1998/namespace}"  # as ElementTree writes it
NOT_VERBS = {"append", "nest", "to_xml", "xml", "add_child"}
LONGEST_SAY = 3000  # Polly
MOST_HINTS, LONGEST_HINT = 500, 100
NUMBERS = {
    "Gather": ("timeout", "numDigits", "speechTimeout"),
    "Dial": ("timeout",),
    "Pause": ("length",),
}


class BadTwiml(AssertionError):
    """The document names what is wrong with it."""


@cache
def builders() -> dict[str, dict[str, Callable[..., object]]]:
    """For each element, the elements that may stand in it, with the builder's method for each."""
    classes = {
        name: value for name, value in inspect.getmembers(voice_response, inspect.isclass) if issubclass(value, TwiML)
    }
    table = {_tag(name): _children(value) for name, value in classes.items() if name != "VoiceResponse"}
    return {**table, "Response": _children(VoiceResponse)}


def _tag(name: str) -> str:
    """`Gather` as it is, `SsmlSayAs` as `say-as`."""
    speech = name.removeprefix("Ssml")
    return name if speech == name else re.sub(r"(?<!^)(?=[A-Z])", "-", speech).lower()


def _children(parent: type[TwiML]) -> dict[str, Callable[..., object]]:
    methods = inspect.getmembers(parent, inspect.isfunction)
    is_speech = parent.__name__ == "Say" or parent.__name__.startswith("Ssml")
    return {
        _element(name, is_speech=is_speech): method
        for name, method in methods
        if not name.startswith("_") and name not in NOT_VERBS
    }


def _element(method: str, *, is_speech: bool) -> str:
    """The name of the element that a builder's method makes; those of SSML are lowercase, such as `say-as`."""
    if is_speech:
        return method.rstrip("_").replace("_", "-")
    camel = lower_camel(method.rstrip("_"))
    return camel[0].upper() + camel[1:]


def _attributes(method: Callable[..., object]) -> set[str]:
    names = [name for name in inspect.signature(method).parameters if name not in ("self", "kwargs")]
    return {_attribute(TwiML.MAP.get(name, name)) for name in names}


def _attribute(name: str) -> str:
    return name.replace("xml:", XML_PREFIX) if name.startswith("xml:") else lower_camel(name)


def check(twiml: str) -> ET.Element:
    """The parsed document, or BadTwiml."""
    if not twiml.startswith('<?xml version="1.0" encoding="UTF-8"?>'):
        raise BadTwiml("no XML declaration")
    root = ET.fromstring(twiml)
    if root.tag != "Response" or root.attrib:
        raise BadTwiml(f"the root is <{root.tag} {root.attrib}>")
    _check_children(root)
    return root


def _check_children(parent: ET.Element) -> None:
    allowed = builders()[parent.tag]
    for child in parent:
        method = allowed.get(child.tag)
        if method is None:
            raise BadTwiml(f"<{child.tag}> may not stand in <{parent.tag}>")
        unknown = set(child.attrib) - _attributes(method)
        if unknown:
            raise BadTwiml(f"<{child.tag}> has no {sorted(unknown)}")
        _check_values(child)
        _check_children(child)


def _check_values(element: ET.Element) -> None:
    for name in NUMBERS.get(element.tag, ()):
        value = element.get(name, "1")
        if not value.isdigit() or int(value) < 1:
            raise BadTwiml(f"<{element.tag} {name}={value!r}> is not a positive integer")
    if element.get("method", "POST") != "POST":
        raise BadTwiml("only POST is signed over its form")
    rule = {"Say": _check_say, "Gather": _check_gather}.get(element.tag)
    if rule:
        rule(element)


def _check_say(say: ET.Element) -> None:
    text = "".join(say.itertext())
    if not text.strip():
        raise BadTwiml("a <Say> with nothing to say")
    if len(text) > LONGEST_SAY:
        raise BadTwiml(f"a <Say> of {len(text)} characters")
    if re.search(r"https?://|www\.", text):
        raise BadTwiml(f"a web address is read aloud: {text}")


def _check_gather(gather: ET.Element) -> None:
    if gather.get("actionOnEmptyResult") != "true":
        raise BadTwiml("silence would not reach us")
    if not gather.get("action"):
        raise BadTwiml("a <Gather> without an action asks the same page again")
    hints = gather.get("hints", "").split(",")
    if len(hints) > MOST_HINTS or any(len(hint.strip()) > LONGEST_HINT for hint in hints):
        raise BadTwiml("too many hints, or too long ones")
