"""Outages and changes of service on the account page."""

from bot.portal.service.outage import OutagePages
from bot.portal.service.service_change import ServicePages

SERVICE_PAGES = (OutagePages, ServicePages)
