"""Detects who asks by text who we are and where we have the number from. English or Spanish."""

from __future__ import annotations

from backend.reading.detectors import detector
from backend.reading.normalize import fold_line

asks_about_sender = detector(
    r"\b(?:how|where|why) (?:did |do |d )?(?:you|u|y'?all|you guys|you people|they) (?:(?:all|guys|people|even) )?"
    r"(?:get|got|have|find|come by|know|obtain) (?:a hold of )?(?:my|this) (?:cell |phone )?(?:number|phone|cell|#)|"
    r"\bwho gave (?:you|u|y'?all) (?:my|this) (?:cell |phone )?(?:number|phone|cell|#)|"
    r"^\W*(?:(?:hi|hello|hey|sorry|um|ok|no|i mean|excuse me|but)\W+)*(?:who (?:is|are) (?:this|you|u|y'?all)"
    r"(?: (?:people|guys|folks|texting|messaging|that is|calling|and|again|anyway|please|me|from|with|the))*|"
    r"who'?s this(?: texting)?(?: me)?|who (?:is |am i )?texting(?: me)?)\W*$|"
    r"\b(?:de donde|como|quien(?:es)?) (?:(?:fue que|es que|le|les) )?(?:sacaron|saco|consigui\w+|obtuv\w+|tienen|"
    r"tiene|dio|dieron|agarraron) (?:mi|este) (?:numero|telefono|celular)|"
    r"^\W*(?:(?:hola|oiga|disculpe|perdon|no|pero)\W+)*(?:quien(?:es)? (?:son|es|habla|me (?:escribe|manda\w*))"
    r"(?: (?:usted(?:es)?|esto|este|mensajes?|textos?))*|de parte de quien)\W*$",
    fold=fold_line,
)
"""`Who is this`, `how did you get my number`, `¿de dónde sacaron mi número?`"""
