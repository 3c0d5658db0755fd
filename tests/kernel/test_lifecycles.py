"""Every state machine: each state × action is a move or a refusal, each state is reachable, the database knows them."""

import importlib
import pkgutil

import pytest
import sqlalchemy as sa

import uatapp
from tests.world import World
from uatapp.kernel.db import Base, db
from uatapp.kernel.errors import Refused
from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


def machines() -> list[Lifecycle]:
    found = {}
    for module in pkgutil.walk_packages(uatapp.__path__, "uatapp."):
        if module.name.endswith(".states"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Lifecycle):
                    found[value.name] = value
    return list(found.values())


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_each_state_and_action_is_a_move_or_a_refusal(machine: Lifecycle) -> None:
    actions = {transition.action for transition in machine.transitions}
    for state in machine.states:
        for action in actions:
            transition = machine.find(state, action)
            if transition is None:
                with pytest.raises(Refused, match=machine.name):
                    machine.after(state, action)
            else:
                assert machine.after(state, action) is transition.target
                assert transition.target in machine.states


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_an_action_leads_from_a_state_to_one_state_only(machine: Lifecycle) -> None:
    moves = [(source, action) for source, action, _target in machine.edges()]
    assert len(moves) == len(set(moves))


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_each_state_can_be_reached(machine: Lifecycle) -> None:
    reached, grown = {machine.initial}, True
    while grown:
        more = {target for source, _action, target in machine.edges() if source in reached}
        grown, reached = not more <= reached, reached | more
    assert reached == set(machine.states)


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_what_people_press_needs_a_permission_and_is_drawn(machine: Lifecycle) -> None:
    for state in machine.states:
        assert all(isinstance(transition.by, Permission) for transition in machine.offered(state))
    drawn = machine.mermaid()
    assert drawn.startswith("stateDiagram-v2")
    assert all(f"--> {target.value}" in drawn for _source, _action, target in machine.edges())


def test_the_machines_of_the_flow_are_here() -> None:
    assert len(machines()) >= 6
    assert all(isinstance(t, Transition) for machine in machines() for t in machine.transitions)


def test_the_database_refuses_a_word_that_is_no_state(world: World) -> None:
    """Each enum column has a CHECK that names all its values."""
    inspector = sa.inspect(db.engine)
    missing = []
    for table in Base.metadata.sorted_tables:
        checks = " ".join(check["sqltext"] for check in inspector.get_check_constraints(table.name))
        for column in table.columns:
            if isinstance(column.type, sa.Enum):
                missing += [f"{table.name}.{column.name}" for value in column.type.enums if f"'{value}'" not in checks]
    assert missing == []
