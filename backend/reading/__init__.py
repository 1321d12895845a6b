"""Reads what people say and type: text in, values and acts out. Pure functions, no I/O.

`pay 50 on friday` becomes an `Amount` and a `ParsedDay`. A reader takes a message as it was written, or in the English
of `spanish.to_english`; those that expect another form, such as cleaned or folded text (`normalize`), say so.
"""
