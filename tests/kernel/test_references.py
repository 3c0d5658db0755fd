"""References are given in order, never twice, per project and kind."""

import pytest
import sqlalchemy as sa

from tests.world import World
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, ReferenceCounter, take, written
from uatapp.kernel.uow import unit_of_work


def test_numbers_run_on_per_project_and_kind(world: World) -> None:
    with unit_of_work(SYSTEM):
        assert take(world.project.id, Kind.SIGNOFF) == 1
        assert take(world.project.id, Kind.SIGNOFF, 5) == 2
        assert take(world.project.id, Kind.SIGNOFF) == 7
        assert take(world.project.id, Kind.CYCLE) == 1


def test_a_number_that_was_undone_is_given_again(world: World) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(SYSTEM):
        take(world.project.id, Kind.SIGNOFF)
        1 / 0  # noqa: B018
    with unit_of_work(SYSTEM):
        assert take(world.project.id, Kind.SIGNOFF) == 1
    assert db.session.scalar(sa.select(ReferenceCounter.last).where(ReferenceCounter.kind == Kind.SIGNOFF)) == 1


def test_how_they_are_written() -> None:
    assert written("PAY", Kind.DEFECT, 7) == "PAY-D7"
