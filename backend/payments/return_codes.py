"""Nacha's return codes: what the member reads, and what follows for the method and for automatic payments.

Source: Nacha Operating Rules, Appendix Four. No return is tried again at once: R01 and R09 may be tried twice more,
which Auto Pay does on later days (backend/autopay/rules.py); a one-time payment is the member's to make again.
"""

from __future__ import annotations

from backend.language import mark

RETURN_REASONS = {
    "R01": mark("not enough funds"),
    "R02": mark("account closed"),
    "R03": mark("account not found"),
    "R04": mark("account number not valid"),
    "R05": mark("not authorized"),
    "R07": mark("authorization revoked"),
    "R08": mark("payment was stopped"),
    "R09": mark("funds not yet collected"),
    "R10": mark("not authorized"),
    "R11": mark("not as it was authorized"),
    "R12": mark("account is now at another bank"),
    "R13": mark("bank not found"),
    "R16": mark("account frozen"),
    "R20": mark("no payments from this account"),
    "R28": mark("bank not found"),
    "R29": mark("not authorized"),
    "dispute": mark("the charge was disputed"),  # of a card: the provider's word, since Nacha has none
}
"""As a member reads them."""
RETRYABLE = frozenset({"R01", "R09"})
UNAUTHORIZED = frozenset({"R05", "R07", "R10", "R11", "R29", "R51"})
"""The account holder says that they did not agree, or not to this: the office has to look into each."""
AUTHORIZATION_REVOKED = frozenset({"R05", "R07", "R10", "R29", "dispute"})
"""Nothing may be drafted until the member agrees again."""
HOLDER_DECEASED = frozenset({"R14", "R15"})
ACCOUNT_UNUSABLE = frozenset({"R02", "R03", "R04", "R12", "R13", "R20", "R28"})
"""The account takes no debits and will not later: the method is taken off."""
ENDS_AUTOMATIC_PAYMENTS = AUTHORIZATION_REVOKED | HOLDER_DECEASED | ACCOUNT_UNUSABLE | {"R16"}
OFFICE_LOOKS = UNAUTHORIZED | HOLDER_DECEASED

CHANGE_CODES = {
    "C01": "the account number",
    "C02": "the routing number",
    "C03": "the routing number and the account number",
    "C04": "the name on the account",
    "C05": "whether it is checking or savings",
    "C06": "the account number, and whether it is checking or savings",
    "C07": "the routing number, the account number, and whether it is checking or savings",
    "C08": "the receiving bank's identification",
    "C09": "our reference for the member",
    "C13": "the format of the addenda",
    "C14": "the type of entry",
}
"""What a notification of change corrects, as the office reads it."""
REENTER_CHANGES = frozenset({"C01", "C02", "C03", "C05", "C06", "C07"})
"""Changes of what we keep only as the network's token: the member has to enter the account again. Nacha wants the
correction made within six banking days or before the next debit, whichever is later."""
