"""Steps that several features share."""

from typing import Any

import pytest
from pytest_bdd import given, parsers, when

from tests.factories import flow
from tests.world import World


@pytest.fixture
def told() -> dict[str, Any]:
    """What a scenario remembers from step to step."""
    return {}


@given("an open cycle with a test assigned to Marta")
def one_test(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))


@given(parsers.parse("an open cycle with {count:d} tests assigned to Marta"))
def some_tests(site: World, count: int) -> None:
    flow.open_cycle(site, flow.make_cases(site, count))


@given("Marta passes all of them")
@when("Marta passes all of them")
def passes_all(site: World) -> None:
    for assignment in flow.assignments(site):
        flow.run(site, assignment)
