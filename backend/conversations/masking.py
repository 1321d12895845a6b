"""Masks codes, last fours and portal links in what the office and the crew read."""

from __future__ import annotations

import re

from backend.reading.contact.location import extract_address_or_road

ONE_TIME_CODE = re.compile(r"(?<![\d$.,-])\d{6}(?![\d-])")
FOUR_DIGITS_ONLY = re.compile(r"\D*(?<![\d$.])(\d{4})(?![\d])\D*")
LABELED_LAST4 = re.compile(r"(?i)((?:last|[uú]ltimos) (?:4|four|cuatro)\D{0,20})\d{4}\b")
LAST4_AFTER_NUMBER = re.compile(r"(\b\d{4,12}[- ]?\d{3}\D{1,20})\d{4}\b")
PLACE_WORDS = re.compile(
    r"\b(?:pole|post|poste|palo|house|casa|road|rd|highway|hwy|route|ruta|carretera|county|cr|lot|lote|unit|apt|box|mile|"
    r"marker|milla|tag|placa)(?: (?:number|no|num|n[uú]mero|#))?\.?"
)
LINK = re.compile(r"https?://\S*/portal/\S+")


def mask_line(text: str) -> str:
    """Mask one-time codes, last fours and portal links. Card numbers were never stored."""
    text = LINK.sub("[link]", text)
    text = LABELED_LAST4.sub(r"\1[4 digits]", text)
    text = LAST4_AFTER_NUMBER.sub(r"\1[4 digits]", text)
    alone = FOUR_DIGITS_ONLY.fullmatch(text)
    if alone and "$" not in text and not _is_place_number(text, alone[1]):
        text = text.replace(alone[1], "[4 digits]")
    return ONE_TIME_CODE.sub("[code]", text)


def _is_place_number(text: str, digits: str) -> bool:
    """Whether four digits are a house, road or pole number, which the crew needs."""
    return digits in (extract_address_or_road(text) or "") or bool(
        re.search(rf"{PLACE_WORDS.pattern}\W*{digits}\b", text, re.IGNORECASE)
    )
