"""Spanish as the rules read it: what matters of a message, put into the English words that the rules know.

So each rule (an amount, a day, a yes, a danger) exists once, and a new one understands Spanish as soon as its words
stand in one of the tables beside this file. This is for rules alone: members are shown, and consents keep, what was
really written.
"""

from backend.reading.spanish.translation import english_form, to_english

__all__ = ["english_form", "to_english"]
