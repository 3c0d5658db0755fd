"""Steps of features/operations: starting it."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, scenarios, then, when

from uatapp import demo
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.cycles.models import Cycle
from uatapp.cycles.states import CycleState
from uatapp.defects.models import Defect
from uatapp.kernel.db import db
from uatapp.operations import schema, verify
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState

scenarios("operations/worked_example.feature")


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """What the scenario remembers from step to step."""
    return {"app": create_app(Settings(home=tmp_path / "home", base_url="http://localhost", worked_example=True))}


@given("an empty database")
def empty(told: dict[str, Any]) -> None:
    with told["app"].app_context():
        schema.upgrade()


@when("the worked example is made")
def made(told: dict[str, Any]) -> None:
    with told["app"].app_context():
        told["rows"] = demo.build(told["app"])


@then("there is one sign-in for each role, and each of them works")
def sign_ins(told: dict[str, Any]) -> None:
    assert len({role for role, _email, _password in told["rows"]}) == len(told["rows"]) >= 12
    with told["app"].app_context():
        for _role, email, password in told["rows"]:
            user = people.find_user(email)
            assert user is not None
            assert accounts.is_password(user, password)


@then("one cycle is signed, one waits for signatures and one is open")
def cycles(told: dict[str, Any]) -> None:
    with told["app"].app_context():
        states = db.session.scalars(sa.select(Cycle.state).order_by(Cycle.number)).all()
        assert states == [CycleState.CLOSED, CycleState.CLOSED, CycleState.OPEN]
        signed = db.session.scalars(sa.select(Signoff.state).order_by(Signoff.number)).all()
        assert signed == [SignoffState.ACCEPTED, SignoffState.REQUESTED]


@then("problems are there in several states")
def problems(told: dict[str, Any]) -> None:
    with told["app"].app_context():
        assert len(set(db.session.scalars(sa.select(Defect.state)))) >= 4


@then("the audit trail is in order")
def in_order(told: dict[str, Any]) -> None:
    with told["app"].app_context():
        assert verify.verify(verify.Options(evidence=True)).exit_code == 0
        db.session.remove()
        db.engine.dispose()
