"""Paying on the account page: now or on a day, automatic payments, drafts, cards, arrangements, and Quick Pay."""

from bot.portal.payments.arrangement import ArrangementPages
from bot.portal.payments.arrangement_requests import ArrangementRequestPages
from bot.portal.payments.automatic import AutopayPages
from bot.portal.payments.drafts import DraftPages
from bot.portal.payments.history import HistoryPages
from bot.portal.payments.methods import MethodPages
from bot.portal.payments.pay_now import PayNowPages
from bot.portal.payments.quick_pay import QuickPayPages

PAYMENT_PAGES = (
    PayNowPages,
    HistoryPages,
    MethodPages,
    AutopayPages,
    DraftPages,
    ArrangementPages,
    ArrangementRequestPages,
    QuickPayPages,
)
