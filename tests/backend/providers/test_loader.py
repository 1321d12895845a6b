"""A provider is found by name or by dotted path, and a wrong setting says what to write."""

from types import SimpleNamespace

import pytest

from backend.app import Backend
from backend.config import Settings
from backend.errors import SettingsError
from backend.providers import loader
from backend.providers.loader import ProviderSettingError, load
from sandbox.provider import SandboxProvider

SETTINGS = SimpleNamespace(production=False, sandbox_network_url="http://127.0.0.1:1", sandbox_network_key="k")


class OutsideProvider:
    def __init__(self, settings: object) -> None:
        self.settings = settings

    class Inner(SimpleNamespace):
        pass


NOT_CALLABLE = 3
BUILTIN = loader.BUILTIN["PAYMENT_PROVIDER"]


def test_a_builtin_is_found_by_its_name() -> None:
    assert isinstance(load("sandbox", BUILTIN)(SETTINGS), SandboxProvider)


def test_an_outside_class_is_found_by_its_path_and_gets_the_settings() -> None:
    provider = load(f"{__name__}:OutsideProvider", BUILTIN)(SETTINGS)
    assert isinstance(provider, OutsideProvider)
    assert provider.settings is SETTINGS


def test_surrounding_blanks_do_not_matter() -> None:
    assert load(f" {__name__}:OutsideProvider.Inner ", {}) is OutsideProvider.Inner


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("sandbx", "sandbox"),
        ("", "sandbox"),
        ("package.module", "package.module:ClassOrFactory"),
        ("package.module:", "package.module:ClassOrFactory"),
        (":Class", "package.module:ClassOrFactory"),
        ("no_such_package_at_all:Class", "cannot import no_such_package_at_all"),
        (".relative:Class", "package.module:ClassOrFactory"),
        (f"{__name__}:Missing", "has no Missing"),
        (f"{__name__}:NOT_CALLABLE", "not a class or a function"),
    ],
)
def test_invalid_setting_is_explained(spec: str, says: str) -> None:
    with pytest.raises(ProviderSettingError, match=says):
        load(spec, BUILTIN)


def test_the_sandbox_refuses_production() -> None:
    production = SimpleNamespace(**{**vars(SETTINGS), "production": True})
    with pytest.raises(SettingsError, match="PAYMENT_PROVIDER=sandbox"):
        load("sandbox", BUILTIN)(production)


@pytest.mark.parametrize(
    ("setting", "lacks"),
    [
        ("payment_provider", "authorize, .*void"),
        ("messages_provider", "send_sms"),
        ("billing_provider", "balance"),
        ("outages_provider", "find_outage"),
    ],
)
def test_invalid_provider_is_found_at_the_start(setting: str, lacks: str) -> None:
    with pytest.raises(SettingsError, match=f"{setting.upper()}: .* it lacks .*{lacks}"):
        Backend.create(Settings(**{setting: f"{__name__}:OutsideProvider"}))  # type: ignore[arg-type]
