"""Suites that every implementation of a provider must pass. Subclass one in your own package's tests."""

import pytest

pytest.register_assert_rewrite("tests.contracts.payment_provider")
