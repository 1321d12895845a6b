"""Detects words that steer a task (`go back`, `something else`) and questions whether it is done (`am I all set?`)."""

from __future__ import annotations

from backend.reading.detectors import detector, whole_detector

seeks_confirmation = detector(
    r"^(?:and |so |ok |okay )?(?:am i|is it|are we|is that|did it|is my)\b|\b(?:right|yes|correct|ok(?:ay)?)\W*$|\?"
)
"""`It's done, right`: a question without the form of one."""
mentions_payment = detector(r"\b(?:pay\w*|paid|check|money|bank|draft)\b")
asks_if_done = detector(
    r"\b(?:is|was|are|so)\b.{0,24}\b(?:done|filed|reported|noted|booked|taken care of|all set|set up|sent|"
    r"in the system|still (?:in|open))\b|\b(?:did|have|has) (?:it|that|you|u|they|everything)\b.{0,24}\b(?:go|went|"
    r"gone|work|done|put|write|note|file|report|save|get|book|take|took)\b|\b(?:it'?s|that'?s|all|i'?m) (?:done|"
    r"noted|set|booked)\b|\b(?:it'?s|that'?s|is it|is) (?:all )?paid\b|^\W*(?:are )?(?:you|u) (?:sure|certain|"
    r"positive)\W*$|\b(?:is|are|am)\b.{0,12}\b(?:on|off)\b(?=.{0,3}\b(?:right|correct|yes|now)\b)"
)
asks_only_if_done = whole_detector(
    r"(?:(?:so|and|ok|okay|but|well)[ ,]+)*(?:(?:is|was) (?:it|that|this|everything)|(?:it|that|everything)(?: is|'?s))"
    r"(?: all)? (?:done|set|filed|reported|noted|booked|sent|taken care of)(?:[ ,]+(?:now|then|yet|right|already))*\W*"
)
"""`So is it done?` and no more: the talk answers that, and no subject."""
mentions_paying = detector(r"\bpay(?:ing)?\b")
names_price = detector(
    r"\b(?:late (?:fee|charge)|fees?|(?:base|basic|energy|service) charge|deposit|rates?|kwh|kilowatt\w*|"
    r"recargo|cargos?|tarifas?|dep[oó]sito)\b"
)
"""Whether one price is named: the message does not ask then what the last topic costs."""
did_not_understand = detector(r"understand|\b(mean|means|asking|confused|lost)\b|entiend|comprend|quiere decir")
"""`I don't understand`, `what does that mean`: the question is then put in other words."""
is_no_with_number = detector(r"^no\b.*\d")
"""`No, 60`: a correction, although the classifier may take it for a cancel."""
asks_to_go_back = whole_detector(r"(please )?(go |take me )?back( up| a step| one)?|previous( question)?")
is_person_request_only = whole_detector(
    r"(?:(?:i|i'd|want|wanna|need|would|like|let|get|give|me|can|could|may|talk|speak|to|two|too|with|a|an|the|one|some"
    r"|live|real|please|just|person|human|people|somebody|someone|agent|operator|representative)\b[\s,.!?]*)+"
)
"""Whether nothing but a person is asked for. A speech recognizer writes "to" as "two", which is no amount here."""
begins_as_view_request = detector(
    r"^(when|what|which|how much|am i|is my|is it|do i|does|has|show|view|see|tell me|check)\b"
)
"""Whether it begins like a request to see something: `when`, `show`, `am i`."""
names_stop = detector(r"\b(?:stop|off|cancel|end|leave|detener|quitar|apagar|cancelar|dejar)\b")
"""Whether a question has a word of stopping in it, so that a "stop" may answer it."""
asks_for_something_else = detector(r"\b(instead|rather|forget (?:that|it)|no,? (?:wait|let'?s|just)|i mean(?:t)?)\b")
"""`Instead`, `no, let's`, `I meant`."""
speaks_in_first_person = detector(r"\b(?:i|i'm|me|my|mine|we|our|us|estoy|tengo|mi|mis)\b")
"""Whether the member speaks of their own account, and not of the thing in general."""
asks_what_is_left = detector(
    r"\b(what(?:'s| is|s| was| were)? (?:left|next|still|else (?:is|do))|anything left|still (?:left )?to do|"
    r"what did i (?:ask|want))\b",
    unless=r"\b(?:left|still) (?:due |owed |open |unpaid )?(?:on|for|at) (?:the|my|both|all|each)\b",
)
wants_nothing_else = whole_detector(r"(no(ne|thing)?|that'?s (all|it)|done|i'?m (good|fine|done))\b.*")
begins_as_question = detector(r"^(what|when|how|why|where|who|is|are|do i|did|can you tell)\b|\?$")
"""Whether it begins or ends like a question."""
