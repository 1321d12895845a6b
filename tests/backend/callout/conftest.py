"""Sam, Alma and Noor are on call."""

from __future__ import annotations

import pytest

from backend.app import Backend
from tests.backend.callout.crew import ALMA, NIGHT, SAM


@pytest.fixture
def backend(backend: Backend) -> Backend:
    object.__setattr__(backend.coop, "on_call", (SAM, ALMA, NIGHT))
    return backend
