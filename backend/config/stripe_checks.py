"""Checks of Stripe's keys. A wrong one is found at the start, not when the first member pays."""

from __future__ import annotations

import re
from collections.abc import Mapping

LIVE_KEY = re.compile(r"(?:sk|rk)_live_[A-Za-z0-9]{16,240}")
ANY_KEY = re.compile(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{6,240}")
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{16,240}")
NEEDED = {
    "STRIPE_SECRET_KEY": "the secret or restricted key of Stripe's dashboard, Developers, API keys",
    "STRIPE_WEBHOOK_SECRET": "the signing secret of the webhook endpoint PUBLIC_URL/payments/webhook",
}


def check_secret_key(text: str, _env: Mapping[str, str]) -> str | None:
    if LIVE_KEY.fullmatch(text):
        return None
    if text.startswith(("sk_test_", "rk_test_")):
        return "is a key of Stripe's test mode, where no money moves: production needs sk_live_… or rk_live_…"
    return _describe_wrong_key(text, "live")


def _describe_wrong_key(text: str, mode: str) -> str:
    """`mode`: live or test, as the expected keys name it."""
    if text.startswith("pk_"):
        return f"is the publishable key: write the secret one, sk_{mode}_…, or a restricted one, rk_{mode}_…"
    if text.startswith("whsec_"):
        return f"is the secret of a webhook: that is STRIPE_WEBHOOK_SECRET; here must be sk_{mode}_… or rk_{mode}_…"
    return f"must be sk_{mode}_… or rk_{mode}_…, as Stripe's dashboard shows it (docs/payments.md)"


def check_webhook_secret(text: str, _env: Mapping[str, str]) -> str | None:
    if WEBHOOK_SECRET.fullmatch(text):
        return None
    return "must be whsec_…, which Stripe's dashboard shows at the webhook endpoint (docs/payments.md)"


def find_impossible_keys(env: Mapping[str, str]) -> dict[str, str]:
    """Faults outside production: what can be no key of Stripe's at all, in test mode or live."""
    key, secret = env.get("STRIPE_SECRET_KEY", ""), env.get("STRIPE_WEBHOOK_SECRET", "")
    found = {}
    if key and not ANY_KEY.fullmatch(key):
        found["STRIPE_SECRET_KEY"] = _describe_wrong_key(key, "test")
    if secret and not secret.startswith("whsec_"):
        found["STRIPE_WEBHOOK_SECRET"] = check_webhook_secret(secret, env) or ""
    return found


def find_missing(env: Mapping[str, str]) -> dict[str, str]:
    """The settings that PAYMENT_PROVIDER=stripe needs and that are not set."""
    if env.get("PAYMENT_PROVIDER", "").strip() != "stripe":
        return {}
    return {
        name: f"is not set, and PAYMENT_PROVIDER=stripe needs it: {what}"
        for name, what in NEEDED.items()
        if name not in env
    }
