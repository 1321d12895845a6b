"""Bills and electric use on the account page."""

from bot.portal.usage.bills import BillPages
from bot.portal.usage.daily_use import DailyUsePages
from bot.portal.usage.electric_use import UsagePages

USAGE_PAGES = (BillPages, UsagePages, DailyUsePages)
