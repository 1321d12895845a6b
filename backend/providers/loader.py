"""Loads the provider that a setting names: a built-in one, or any `package.module:ClassOrFactory`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from backend.errors import SettingsError

BUILTIN: Mapping[str, Mapping[str, str]] = {
    "BILLING_PROVIDER": {"builtin": "backend.providers.billing.builtin:create"},
    "PAYMENT_PROVIDER": {"sandbox": "sandbox.provider:create"},
    "MESSAGES_PROVIDER": {"auto": "backend.providers.messages.choice:create"},
    "OUTAGES_PROVIDER": {"builtin": "backend.providers.outages.builtin:create"},
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
        raise ProviderSettingError(_unknown(spec, builtin))
    factory = _attribute(_module(module_name, spec), attribute, spec)
    if not callable(factory):
        raise ProviderSettingError(f"Provider {spec!r}: {attribute} is not a class or a function.")
    return factory


def _module(name: str, spec: str) -> Any:
    try:
        return import_module(name)
    except Exception as error:  # importing a foreign module may raise anything
        raise ProviderSettingError(f"Provider {spec!r}: cannot import {name}: {error}") from error


def _attribute(module: Any, path: str, spec: str) -> Any:
    found = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise ProviderSettingError(f"Provider {spec!r}: {module.__name__} has no {path}.") from None
    return found


def _unknown(spec: str, builtin: Mapping[str, str]) -> str:
    names = ", ".join(sorted(builtin)) or "(none built in)"
    return f"Unknown provider {spec!r}. Use one of: {names}; or package.module:ClassOrFactory."
