"""Test cases follow their approved requirement: made, moved on, suspect, retired and back."""

import sqlalchemy as sa

from tests.requirements.steps import approve_all, bring_in, cases, put_into_use, requirement
from tests.requirements.texts import ORDERS, edited
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.testcases import queries, service
from uatapp.testcases.models import CarryOver, TestCase
from uatapp.testcases.states import CaseState

import pytest  # isort: skip

START, SUSPECT, RETIRED = CaseState.READY, CaseState.SUSPECT, CaseState.RETIRED


def described(world: World) -> list[tuple[str, str, int, int]]:
    return [(c.title, c.state.value, c.valid_from, c.version_number) for c in cases(world)]


def approved(world: World, text: bytes = ORDERS) -> None:
    bring_in(world, {"orders.feature": text})
    approve_all(world)


def case(world: World, title: str) -> TestCase:
    return next(c for c in cases(world) if c.title == title)


def test_tests_exist_only_after_approval(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    assert cases(world) == []
    approve_all(world)
    assert described(world) == [
        ("An order is confirmed", "ready", 1, 1),
        ("The total follows the price: 1, 10.00, 10.00", "ready", 1, 1),
        ("The total follows the price: 3, 10.00, 30.00", "ready", 1, 1),
    ]
    version = queries.get_version(cases(world)[0].id, 1)
    assert version.steps[0]["text"] == "a customer with an open account"


def test_a_case_that_nobody_uses_simply_moves_on(world: World) -> None:
    approved(world)
    approved(world, edited(ORDERS, "by mail", "by letter"))
    assert described(world)[0] == ("An order is confirmed", "ready", 2, 2)


def test_a_case_in_use_becomes_suspect_and_its_neighbours_do_not(world: World) -> None:
    approved(world)
    put_into_use(world)
    approved(world, edited(ORDERS, "10.00 | 30.00", "11.00 | 33.00"))
    assert described(world) == [
        ("An order is confirmed", "ready", 1, 1),
        ("The total follows the price: 1, 10.00, 10.00", "ready", 1, 1),
        ("The total follows the price: 3, 11.00, 33.00", "suspect", 1, 2),
    ]


def test_an_edited_background_makes_all_tests_below_it_suspect(world: World) -> None:
    approved(world)
    put_into_use(world)
    approved(world, edited(ORDERS, "open account", "blocked account"))
    assert {c.state for c in cases(world)} == {SUSPECT}


def test_a_new_keyword_is_a_new_version_but_the_same_test(world: World) -> None:
    approved(world)
    put_into_use(world)
    approved(world, edited(ORDERS, "Scenario: An order", "Example: An order"))
    assert requirement(world, "An order is confirmed").approved_number == 2
    assert case(world, "An order is confirmed").state is START


def test_a_row_that_goes_retires_its_test_and_one_that_returns_brings_it_back(world: World) -> None:
    approved(world)
    number = case(world, "The total follows the price: 3, 10.00, 30.00").number
    approved(world, edited(ORDERS, "      | 3      | 10.00 | 30.00 |\n", ""))
    assert [c.state for c in cases(world)] == [START, START, RETIRED]
    approved(world, ORDERS)
    assert [(c.number, c.state) for c in cases(world)][2] == (number, START)


def test_a_row_put_in_between_gets_a_test_of_its_own(world: World) -> None:
    approved(world)
    approved(world, edited(ORDERS, "      | 3 ", "      | 2      | 10.00 | 20.00 |\n      | 3 "))
    found = sorted((c.position, c.number, c.title) for c in cases(world) if c.title.startswith("The total"))
    assert [(position, title[-14:]) for position, _number, title in found] == [
        (0, "1, 10.00, 10.00"[-14:]),
        (1, "2, 10.00, 20.00"[-14:]),
        (2, "3, 10.00, 30.00"[-14:]),
    ]
    assert [number for _position, number, _title in found] == [2, 4, 3]


def test_retiring_a_requirement_retires_its_tests_and_bringing_it_back_returns_them(world: World) -> None:
    approved(world)
    approved(world, ORDERS[: ORDERS.index(b"  Scenario Outline")])
    assert [c.state for c in cases(world)] == [START, RETIRED, RETIRED]
    approved(world)
    assert [(c.number, c.state) for c in cases(world)] == [(1, START), (2, START), (3, START)]


def suspect_case(world: World) -> TestCase:
    approved(world)
    put_into_use(world)
    approved(world, edited(ORDERS, "by mail", "by letter"))
    return case(world, "An order is confirmed")


def test_test_again_makes_earlier_results_stale(world: World) -> None:
    number = suspect_case(world).number
    with unit_of_work(world.actor("analyst")):
        (chosen,) = service.list_chosen(world.project, [number])
        service.test_again(world.project, chosen, by=world.actor("analyst"))
    assert described(world)[0] == ("An order is confirmed", "ready", 2, 2)


def test_results_stand_keeps_them_with_person_and_reason(world: World) -> None:
    number = suspect_case(world).number
    with unit_of_work(world.actor("analyst")):
        (chosen,) = service.list_chosen(world.project, [number])
        service.results_stand(world.project, chosen, "Only the wording changed.", by=world.actor("analyst"))
    assert described(world)[0] == ("An order is confirmed", "ready", 1, 2)
    row = db.session.scalars(sa.select(CarryOver)).one()
    assert (row.from_number, row.to_number, row.by_name, row.reason) == (
        1,
        2,
        "Anna Analyst",
        "Only the wording changed.",
    )


def test_results_stand_needs_a_reason(world: World) -> None:
    number = suspect_case(world).number
    with pytest.raises(Invalid), unit_of_work(world.actor("analyst")):
        (chosen,) = service.list_chosen(world.project, [number])
        service.results_stand(world.project, chosen, "  ", by=world.actor("analyst"))
    assert case(world, "An order is confirmed").state is SUSPECT


def test_only_the_customers_analyst_decides_while_there_is_one(world: World) -> None:
    number = suspect_case(world).number
    for name in ("manager", "lead", "tester"):
        with pytest.raises(NotAllowed), unit_of_work(world.actor(name)):
            (chosen,) = service.list_chosen(world.project, [number])
            service.test_again(world.project, chosen, by=world.actor(name))


def test_deciding_twice_is_refused(world: World) -> None:
    number = suspect_case(world).number
    with pytest.raises(Refused), unit_of_work(world.actor("analyst")):
        (chosen,) = service.list_chosen(world.project, [number])
        service.test_again(world.project, chosen, by=world.actor("analyst"))
        service.test_again(world.project, chosen, by=world.actor("analyst"))


def test_a_valid_run_on_the_current_version_settles_it(world: World) -> None:
    found = suspect_case(world)
    case_id = found.id
    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    with unit_of_work(world.actor("tester")):
        service.settle(case_id, 1, world.actor("tester"))
    assert case(world, "An order is confirmed").state is SUSPECT
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before
    with unit_of_work(world.actor("tester")):
        service.settle(case_id, 2, world.actor("tester"))
    assert described(world)[0] == ("An order is confirmed", "ready", 2, 2)


def test_taking_into_use_twice_tells_once(world: World) -> None:
    approved(world)
    put_into_use(world)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    put_into_use(world)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before


def test_a_case_has_the_tags_of_document_requirement_and_row(world: World) -> None:
    text = edited(ORDERS, "Feature: Orders", "@sales\nFeature: Orders")
    approved(world, edited(text, "    Examples:", "    @prices\n    Examples:"))
    found = [queries.get_case(world.project.id, number) for number in (1, 2, 3)]
    tags = [queries.tags_of(c.requirement, c) for c in found]
    assert tags == [("@sales",), ("@sales", "@prices"), ("@sales", "@prices")]
