"""What a member sets on the account page: enrollments, alerts, contact details, agreements."""

from bot.portal.profile.agreements import AgreementPages
from bot.portal.profile.alerts import AlertPages
from bot.portal.profile.contact import ContactPages
from bot.portal.profile.enrollments import EnrollmentPages

PROFILE_PAGES = (EnrollmentPages, AlertPages, ContactPages, AgreementPages)
