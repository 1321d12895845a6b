"""The fixtures of the tests of text to pay."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from tests.backend.household import Household
from tests.backend.text_pay.texting import Texting


@pytest.fixture
def phone(backend: Backend, home: Household, clock: ManualClock) -> Texting:
    return Texting(backend, clock, home)
