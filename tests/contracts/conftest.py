from collections.abc import Iterator

import pytest

from tests.backend.conftest import database_url, databases
from tests.support import stripe_doubles
from tests.support.stripe_doubles import StandIn

__all__ = ["database_url", "databases"]


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    with stripe_doubles.run_localstripe() as url:
        yield url


@pytest.fixture(scope="session")
def stateful_mock() -> Iterator[str]:
    with stripe_doubles.run_stateful_mock() as url:
        yield url


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    with stripe_doubles.run_standin() as standin:
        yield standin
