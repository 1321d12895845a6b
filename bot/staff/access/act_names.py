"""Names of the office's own acts in the audit trail; every other act is shown by its key, without the underscores."""

from __future__ import annotations

from backend.language import mark, tr

ACT_NAMES = {
    "office_read": mark("looked at"),
    "office_signed_in": mark("signed in"),
    "office_signed_out": mark("signed out"),
    "office_refused": mark("sign-in refused"),
    "office_code_refused": mark("wrong code"),
    "office_invited": mark("invited a person"),
    "office_link_made": mark("made a link for a password"),
    "office_password_set": mark("set the password"),
    "office_role_changed": mark("changed a role"),
    "office_contact_changed": mark("changed email or phone of a person"),
    "office_switched_off": mark("switched a person off"),
    "office_switched_on": mark("switched a person on"),
    "office_codes_on": mark("switched codes on"),
    "office_codes_off": mark("switched codes off"),
    "office_recovery_codes_made": mark("made recovery codes"),
    "office_passkey_added": mark("added a passkey"),
    "office_passkey_removed": mark("removed a passkey"),
    "office_session_ended": mark("ended a session"),
    "office_sessions_ended": mark("ended sessions"),
}


def name_act(act: str) -> str:
    """`office_signed_in` → `signed in`; `payment_posted` → `payment posted`."""
    return tr(ACT_NAMES[act]) if act in ACT_NAMES else act.replace("_", " ")
