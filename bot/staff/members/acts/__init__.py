"""What a clerk may do for a member, each with a page to fill in and a page that reads it back."""

from bot.staff.members.acts.arrangement import ArrangementAct
from bot.staff.members.acts.base import Act
from bot.staff.members.acts.contact import AddressAct, EmailAct, LanguageAct, PhoneAct
from bot.staff.members.acts.pay_link import PayLinkAct
from bot.staff.members.acts.sign_in import ResetAct, UnlockAct, UserIdAct

ACTS: tuple[type[Act], ...] = (
    PayLinkAct, ArrangementAct, PhoneAct, EmailAct, AddressAct, LanguageAct, ResetAct, UserIdAct, UnlockAct,
)  # fmt: skip
"""In the order in which the page offers them."""
