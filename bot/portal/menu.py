"""The menu of the account page: its words are those of the portal's own help, so that its steps can be followed."""

from __future__ import annotations

from dataclasses import dataclass

from backend.language import mark


@dataclass(frozen=True)
class MenuItem:
    title: str
    url: str


@dataclass(frozen=True)
class MenuGroup:
    title: str
    items: tuple[MenuItem, ...]


MENU = (
    MenuGroup(
        mark("Billing & Payments"),
        (
            MenuItem(mark("Billing & Payments"), "/portal/billing"),
            MenuItem(mark("Pay now"), "/portal/pay-now"),
            MenuItem(mark("Schedule a payment"), "/portal/schedule-payment"),
            MenuItem(mark("Payments"), "/portal/payments"),
            MenuItem(mark("Bills"), "/portal/bills"),
            MenuItem(mark("Auto Pay"), "/portal/autopay"),
            MenuItem(mark("Draft Payments"), "/portal/drafts"),
            MenuItem(mark("Enrollment Options"), "/portal/enrollments"),
            MenuItem(mark("Payment methods"), "/portal/methods"),
            MenuItem(mark("Payment arrangement"), "/portal/arrangement"),
        ),
    ),
    MenuGroup(mark("Usage"), (MenuItem(mark("Electric use"), "/portal/usage"),)),
    MenuGroup(
        mark("My Account"),
        (
            MenuItem(mark("Manage Alerts"), "/portal/alerts"),
            MenuItem(mark("Contact details"), "/portal/contact"),
            MenuItem(mark("Password and sign-ins"), "/portal/security"),
            MenuItem(mark("Agreements"), "/portal/agreements"),
        ),
    ),
    MenuGroup(
        mark("Service"),
        (
            MenuItem(mark("Report an outage"), "/portal/outage"),
            MenuItem(mark("Start, stop or move service"), "/portal/service"),
        ),
    ),
)
