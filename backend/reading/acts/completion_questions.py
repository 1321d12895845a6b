"""Questions whether something is done: `is it done?`, `am I all set?`."""

from __future__ import annotations

from backend.reading.detectors import detector

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
mentions_paying = detector(r"\bpay(?:ing)?\b")
names_price = detector(
    r"\b(?:late (?:fee|charge)|fees?|(?:base|basic|energy|service) charge|deposit|rates?|kwh|kilowatt\w*|"
    r"recargo|cargos?|tarifas?|dep[oó]sito)\b"
)
"""Whether one price is named: `is it free` is then no question about everything, and money must be told right."""
