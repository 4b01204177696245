"""Calls of the API, as the tests of reputation make them."""

from tests.reputation.conftest import call as call
