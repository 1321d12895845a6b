"""Passkeys (WebAuthn): as the second step, or instead of the password.

Instead of the password the key must have checked a finger, a face or a PIN; after the password its presence is enough.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backend.logins.throttle import SignInRefused
from backend.staff import accounts, challenges, sessions
from backend.staff.models import StaffPasskey
from backend.staff.sessions import StaffSignIn, Visitor

if TYPE_CHECKING:
    from backend.app import Backend

MAX_PASSKEYS = 10
MAX_LABEL = 60
MAX_ANSWER = 20_000  # characters of a browser's answer


@dataclass(frozen=True)
class Site:
    """The origin that the browser shows, such as https://assistant.coop.example: keys are bound to its host."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def can_have_keys(self) -> bool:
        """Browsers give keys to names alone, not to addresses such as 127.0.0.1."""
        return bool(self.host) and not self.host.replace(".", "").isdigit() and ":" not in self.host


@dataclass(frozen=True)
class Asked:
    """What the page gives to the browser: `options` as JSON, and the `token` that comes back with its answer."""

    token: str
    options: str


async def list_of(session: AsyncSession, name: str) -> list[StaffPasskey]:
    return list(await session.scalars(select(StaffPasskey).where(StaffPasskey.name == name).order_by(StaffPasskey.id)))


async def begin_registration(session: AsyncSession, backend: Backend, site: Site, name: str) -> Asked:
    have = await list_of(session, name)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=f"{backend.coop.short_name} office",
        user_name=name,
        user_id=_handle(backend, name),
        user_display_name=name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in have],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    challenge = bytes_to_base64url(options.challenge)
    token = await challenges.begin(session, backend, "register", name=name, secret=challenge)
    return Asked(token, options_to_json(options))


async def register(
    session: AsyncSession, backend: Backend, site: Site, name: str, *, token: str, answer: str, label: str
) -> StaffPasskey | None:
    """Keep the new key; None for an answer that does not fit, or too many keys."""
    step = await challenges.take(session, backend, "register", token)
    if step is None or step.name != name or len(await list_of(session, name)) >= MAX_PASSKEYS:
        return None
    try:
        found = verify_registration_response(
            credential=_parse(answer), expected_challenge=base64url_to_bytes(step.secret),
            expected_rp_id=site.host, expected_origin=site.origin,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    credential = bytes_to_base64url(found.credential_id)
    if await session.scalar(select(StaffPasskey.id).where(StaffPasskey.credential == credential)) is not None:
        return None
    key = StaffPasskey(
        name=name, label=label[:MAX_LABEL] or "Passkey", credential=credential,
        public_key=bytes_to_base64url(found.credential_public_key), uses=found.sign_count,
        made_at=backend.clock.now(),
    )  # fmt: skip
    session.add(key)
    await session.flush()
    await accounts.note(session, backend, name, "office_passkey_added")
    return key


async def remove(session: AsyncSession, backend: Backend, name: str, passkey_id: int) -> None:
    query = delete(StaffPasskey).where(StaffPasskey.id == passkey_id, StaffPasskey.name == name)
    if (await session.execute(query.returning(StaffPasskey.id))).first() is not None:
        await accounts.note(session, backend, name, "office_passkey_removed")


async def begin_sign_in(session: AsyncSession, backend: Backend, site: Site, name: str = "") -> Asked:
    """Ask for a key: of `name` after the password, or of anybody, who is then known by the key."""
    have = await list_of(session, name) if name else []
    options = generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in have],
        user_verification=UserVerificationRequirement.PREFERRED if name else UserVerificationRequirement.REQUIRED,
    )
    challenge = bytes_to_base64url(options.challenge)
    token = await challenges.begin(session, backend, "passkey", name=name, secret=challenge)
    return Asked(token, options_to_json(options))


async def sign_in(
    backend: Backend, site: Site, *, token: str, answer: str, second_step: str = "", visitor: Visitor = Visitor()
) -> StaffSignIn | SignInRefused:
    """Sign in with the key's answer. `second_step` is the token of the page after a right password.

    `reason`: no_match or too_old.
    """
    async with backend.db.transaction() as session:
        step = await challenges.take(session, backend, "passkey", token)
        if step is None:
            return SignInRefused("too_old")
        if step.name:
            begun = await challenges.find(session, backend, "second", second_step)
            if begun is None or begun.name != step.name:
                return SignInRefused("too_old")
        key = await _check(session, site, answer, step.name, base64url_to_bytes(step.secret))
        login = await accounts.find_login_by_name(session, backend, key.name) if key else None
        if key is None or login is None:
            await accounts.note(session, backend, step.name or "unknown", "office_refused", after={"way": "passkey"})
            return SignInRefused("no_match")
        key.used_at = backend.clock.now()
        if step.name:
            await challenges.take(session, backend, "second", second_step)
        return await sessions.start(session, backend, login, "passkey", visitor)


async def _check(session: AsyncSession, site: Site, answer: str, name: str, challenge: bytes) -> StaffPasskey | None:
    """The key that gave the answer, with its count moved on."""
    try:
        parsed = _parse(answer)
        query = select(StaffPasskey).where(StaffPasskey.credential == str(parsed.get("id", ""))[:1400])
        key = await session.scalar(query.with_for_update())
        if key is None or (name and key.name != name):
            return None
        found = verify_authentication_response(
            credential=parsed, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(key.public_key), credential_current_sign_count=key.uses,
            require_user_verification=not name,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    key.uses = found.new_sign_count
    return key


def _parse(answer: str) -> dict[str, Any]:
    """The browser's answer. Raises ValueError when it is no JSON object."""
    parsed = json.loads(answer[:MAX_ANSWER])
    if not isinstance(parsed, dict):
        raise ValueError("no object")
    return parsed


def _handle(backend: Backend, name: str) -> bytes:
    """What the key keeps about its owner: nothing that tells the name."""
    return base64.b16decode(backend.settings.keyed_hash("staff-passkey", name).upper())
