"""Reads whether somebody wants to send a photo here."""

from __future__ import annotations

from backend.reading.detectors import detector

wants_to_send_photo = detector(
    r"\b(?:send|sent|show|upload|attach|text|share|post|add|put|give|take|mandar|mande|enviar|envio|subir|adjuntar|mostrar)"
    r"\b[^.?!]{0,24}\b(?:photos?|pictures?|pics?|images?|fotos?|imagen(?:es)?|fotografias?)\b|"
    r"\b(?:do|can) you (?:take|want|see|get|need)\b[^.?!]{0,16}\b(?:photos?|pictures?|pics?)\b",
    unless=r"\be-?mail(?:ing)?\b|\bcorreo\b|\b(?:id|license|identification)\b",
)
"""`Can I send a photo`, `quiero mandar una foto`; by email is another question."""
