"""Single sign-on of the office by OpenID Connect: the code flow with PKCE, state and nonce.

Who comes back is found by issuer and subject, then by an email that the provider has verified. With OIDC_ROLE_CLAIM the
provider says the role at each sign-in, and makes accounts; without it only who was invited gets in.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins.service import hash_token
from backend.logins.throttle import SignInRefused
from backend.staff import accounts, challenges, sessions
from backend.staff.models import StaffAccount
from backend.staff.roles import Role
from backend.staff.sessions import StaffSignIn, Visitor

if TYPE_CHECKING:
    from backend.app import Backend

SECONDS = 8.0
LEEWAY_SECONDS = 120
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]  # none that the client's secret could sign
CALLBACK = "/staff/sign-in/sso/back"


class SingleSignOnFailed(Exception):
    """The provider is away, or what it sent does not hold. The text is for the log and holds no secret."""


@dataclass(frozen=True)
class Begun:
    """`url` is the provider's page; `token` is kept in a cookie of the browser that began."""

    url: str
    token: str


async def begin(backend: Backend) -> Begun:
    """Raises SingleSignOnFailed when the provider cannot be reached."""
    settings = backend.settings
    provider = await _read_provider(backend)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    async with backend.db.transaction() as session:
        secret = json.dumps([hash_token(state), nonce, verifier])
        token = await challenges.begin(session, backend, "single_sign_on", secret=secret)
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": settings.public_url + CALLBACK,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    address = _text(provider, "authorization_endpoint")
    return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", token)


async def come_back(backend: Backend, token: str, state: str, code: str) -> str:
    """Check what the provider sent; returns a token with which the same browser finishes.

    Raises SingleSignOnFailed.
    """
    async with backend.db.transaction() as session:
        step = await challenges.take(session, backend, "single_sign_on", token)
        kept = step.secret if step else ""
    if not kept:
        raise SingleSignOnFailed("the sign-in was not begun in this browser, or too long ago")
    state_hash, nonce, verifier = json.loads(kept)
    if not secrets.compare_digest(hash_token(state), state_hash) or not code:
        raise SingleSignOnFailed("the state does not fit, or there is no code")
    claims = await _fetch_claims(backend, code, nonce, verifier)
    async with backend.db.transaction() as session:
        account = await _find_account(session, backend, claims)
        if account is None:
            await accounts.note(session, backend, "unknown", "office_refused", after={"way": "single_sign_on"})
            name = ""
        else:
            name = account.name
        return await challenges.begin(session, backend, "finish", name=name)


async def finish(backend: Backend, token: str, visitor: Visitor = Visitor()) -> StaffSignIn | SignInRefused:
    """Sign in who came back. `reason`: too_old, or no_match for somebody whom the office has not let in."""
    async with backend.db.transaction() as session:
        step = await challenges.take(session, backend, "finish", token)
        if step is None:
            return SignInRefused("too_old")
        login = await accounts.find_login_by_name(session, backend, step.name) if step.name else None
        if login is None or login.account is None:
            return SignInRefused("no_match")
        return await sessions.start(session, backend, login, "single_sign_on", visitor)


async def _fetch_claims(backend: Backend, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
    """The checked claims of the identity token, with those of the userinfo endpoint where it has more."""
    settings, provider = backend.settings, await _read_provider(backend)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": settings.public_url + CALLBACK,
        "code_verifier": verifier,
        "client_id": settings.oidc_client_id or "",
        "client_secret": settings.oidc_client_secret or "",
    }
    answer = await _ask("POST", _text(provider, "token_endpoint"), data=form)
    keys = await _ask("GET", _text(provider, "jwks_uri"))
    params = {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": answer.get("access_token")}
    try:
        decoded = jwt.decode(_text(answer, "id_token"), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        options = {
            "iss": {"essential": True, "value": _text(provider, "issuer")},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        }
        token = CodeIDToken(decoded.claims, decoded.header, options, params)
        token.validate(now=int(time.time()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SingleSignOnFailed(f"the identity token does not hold: {type(error).__name__}") from None
    claims = dict(decoded.claims)
    if userinfo := provider.get("userinfo_endpoint"):
        header = {"Authorization": f"Bearer {_text(answer, 'access_token')}"}
        more = await _ask("GET", str(userinfo), headers=header)
        if more.get("sub") == claims.get("sub"):
            claims = {**more, **claims}
    return claims


async def _find_account(session: AsyncSession, backend: Backend, claims: Mapping[str, Any]) -> StaffAccount | None:
    subject = f"{claims['iss']} {claims['sub']}"
    if len(subject) > 400:
        return None
    account = await session.scalar(select(StaffAccount).where(StaffAccount.subject == subject).with_for_update())
    email = _verified_email(backend, claims)
    if account is None and email:
        query = select(StaffAccount).where(func.lower(StaffAccount.email) == email.lower())
        found = list(await session.scalars(query.with_for_update()))
        account = found[0] if len(found) == 1 and found[0].subject is None else None
    role = _role_of(backend, claims)
    if backend.settings.oidc_role_claim and role is None:
        return None
    if account is None:
        return await _make_account(session, backend, claims, subject, email, role)
    if account.status == accounts.OFF or (account.status == accounts.INVITED and not email):
        return None
    account.subject = subject
    if account.status == accounts.INVITED:
        account.status, account.link_hash, account.link_expires_at = accounts.ACTIVE, None, None
        account.change += 1
    if role is not None:
        with suppress(accounts.StaffAccountError):  # the last administrator stays one
            await accounts.change_role(session, backend, account, role, by="single sign-on")
    return account


async def _make_account(
    session: AsyncSession, backend: Backend, claims: Mapping[str, Any], subject: str, email: str | None,
    role: Role | None,
) -> StaffAccount | None:  # fmt: skip
    """An account for somebody whose role the provider says."""
    name = " ".join(str(claims.get("name") or "").split())[: accounts.MAX_NAME]
    if role is None or not email:
        return None
    try:
        await accounts.check_new(session, name, email)
    except accounts.StaffAccountError:
        return None
    account = StaffAccount(
        name=name, name_key=name.casefold(), email=email, role=accounts.role_key(role), status=accounts.ACTIVE,
        origin="single_sign_on", subject=subject, invited_by="single sign-on", created_at=backend.clock.now(),
        language="en", change=0,
    )  # fmt: skip
    session.add(account)
    await session.flush()
    await accounts.note(
        session, backend, "single sign-on", "office_invited", after={"name": name, "role": account.role}
    )
    return account


def _verified_email(backend: Backend, claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    good = claims.get("email_verified") is True or backend.settings.oidc_trust_email
    return email if good and isinstance(email, str) and accounts.EMAIL.fullmatch(email) else None


def _role_of(backend: Backend, claims: Mapping[str, Any]) -> Role | None:
    """The highest role among the claim's values; None without the setting or a value that is listed."""
    given = claims.get(backend.settings.oidc_role_claim or "")
    values = given if isinstance(given, list) else [given]
    roles = [backend.settings.oidc_roles.get(value) for value in values if isinstance(value, str)]
    return max((role for name in roles if name and (role := accounts.parse_role(name))), default=None)


async def _read_provider(backend: Backend) -> Mapping[str, Any]:
    issuer = backend.settings.oidc_issuer or ""
    found = await _ask("GET", f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise SingleSignOnFailed("the provider calls itself by another issuer than OIDC_ISSUER")
    return found


async def _ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.request(method, url, allow_redirects=False, **more) as answer,
        ):
            found = await answer.json(content_type=None)
            status = answer.status
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise SingleSignOnFailed(f"the provider cannot be asked: {type(error).__name__}") from None
    if status != 200 or not isinstance(found, dict):
        raise SingleSignOnFailed(f"the provider answers with status {status}")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise SingleSignOnFailed(f"the provider gives no {name}")
    return value
