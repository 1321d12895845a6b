"""Loads the provider that a setting names: a built-in one, or any `package.module:ClassOrFactory`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

from backend.errors import SettingsError

BUILTIN: Mapping[str, Mapping[str, str]] = {
    "BILLING_PROVIDER": {
        "builtin": "backend.providers.billing.builtin:create",
        "multispeak": "backend.providers.billing.multispeak:create",
    },
    "PAYMENT_PROVIDER": {
        "sandbox": "sandbox.provider:create",
        "stripe": "backend.providers.payments.stripe.provider:create",
    },
    "MESSAGES_PROVIDER": {"auto": "backend.providers.messages.choice:create"},
    "OUTAGES_PROVIDER": {
        "builtin": "backend.providers.outages.builtin:create",
        "multispeak": "backend.providers.outages.multispeak:create",
    },
}
"""Setting -> short names -> dotted paths."""


class ProviderSettingError(SettingsError):
    """A *_PROVIDER setting that names no usable provider; the message says what to write instead."""


def load(spec: str, builtin: Mapping[str, str]) -> Callable[[Any], Any]:
    """The factory that `spec` names, to be called as `factory(settings)`. Raises ProviderSettingError.

    `builtin` maps short names to dotted paths, so that nothing is imported before it is chosen.
    """
    dotted = builtin.get(spec.strip(), spec.strip())
    module_name, _, attribute = dotted.partition(":")
    if not module_name or module_name.startswith(".") or not attribute:
        names = ", ".join(sorted(builtin)) or "(none built in)"
        raise ProviderSettingError(f"Unknown provider {spec!r}. Use one of: {names}; or package.module:ClassOrFactory.")
    try:
        module = import_module(module_name)
    except Exception as error:  # importing a foreign module may raise anything
        raise ProviderSettingError(f"Provider {spec!r}: cannot import {module_name}: {error}") from error
    try:
        factory = attrgetter(attribute)(module)
    except AttributeError:
        raise ProviderSettingError(f"Provider {spec!r}: {module_name} has no {attribute}.") from None
    if not callable(factory):
        raise ProviderSettingError(f"Provider {spec!r}: {attribute} is not a class or a function.")
    return factory
