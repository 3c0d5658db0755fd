"""Importing: what comes in, what is recognised, what waits, and what is left alone."""

import sqlalchemy as sa

from tests.requirements.steps import (
    approve_all,
    bring_in,
    counts,
    document,
    requirement,
    requirements,
    states,
)
from tests.requirements.texts import BILLING, ORDERS, edited
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.requirements.models import DocumentVersion
from uatapp.requirements.states import RequirementState


def entries() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0


def test_documents_come_in_with_their_requirements_in_review(world: World) -> None:
    result = bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING})
    assert counts(result) == {"created": 3}
    assert [r.name for r in requirements(world)] == [
        "An invoice is made every night",
        "An order is confirmed",
        "The total follows the price",
    ]
    assert states(world, requirements(world)[0]) == ["in_review"]
    assert document(world, "orders.feature").title == "Orders"
    assert document(world, "orders.feature").unit_id == world.unit("Order entry").id


def test_importing_again_changes_nothing_at_all(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    before = entries()
    assert counts(bring_in(world, {"orders.feature": ORDERS})) == {"unchanged": 2}
    assert entries() == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DocumentVersion)) == 1


def test_an_edited_step_makes_one_new_version(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    approve_all(world)
    result = bring_in(world, {"orders.feature": edited(ORDERS, "3 pieces\n", "4 pieces\n")})
    assert counts(result) == {"edited": 1, "unchanged": 1}
    assert states(world, requirement(world, "An order is confirmed")) == ["approved", "in_review"]
    assert states(world, requirement(world, "The total follows the price")) == ["approved"]


def test_new_and_edited_scenarios_come_in_together_each_with_one_state(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    more = edited(ORDERS, "3 pieces\n", "4 pieces\n") + b"\n  Scenario: An order is printed\n    When you print it\n"
    assert counts(bring_in(world, {"orders.feature": more})) == {"created": 1, "edited": 1, "unchanged": 1}
    assert states(world, requirement(world, "An order is confirmed")) == ["superseded", "in_review"]
    assert states(world, requirement(world, "The total follows the price")) == ["in_review"]
    assert states(world, requirement(world, "An order is printed")) == ["in_review"]


def test_an_edited_background_changes_all_below_it(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    result = bring_in(world, {"orders.feature": edited(ORDERS, "open account", "closed account")})
    assert counts(result) == {"edited": 2}


def test_a_newer_save_supersedes_what_nobody_has_decided(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    bring_in(world, {"orders.feature": edited(ORDERS, "3 pieces\n", "4 pieces\n")})
    assert states(world, requirement(world, "An order is confirmed")) == ["superseded", "in_review"]


def test_tags_and_comments_make_a_document_version_only(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    tagged = edited(ORDERS, "  Scenario: An order", "  # why\n  @must\n  Scenario: An order")
    assert counts(bring_in(world, {"orders.feature": tagged})) == {"unchanged": 2}
    row = requirement(world, "An order is confirmed")
    assert row.tags == ["@must"]
    assert states(world, row) == ["in_review"]
    assert document(world, "orders.feature").version_number == 2


def test_a_new_name_keeps_the_identity(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    number = requirement(world, "An order is confirmed").number
    result = bring_in(world, {"orders.feature": edited(ORDERS, "An order is confirmed", "Orders get a mail")})
    assert counts(result) == {"renamed": 1, "unchanged": 1}
    assert requirement(world, "Orders get a mail").number == number


def test_an_id_outlives_any_edit(world: World) -> None:
    bring_in(world, {"billing.feature": BILLING})
    text = edited(BILLING, "An invoice is made every night", "Nightly billing")
    text = edited(text, "Given a delivered order from yesterday", "Given whatever else")
    result = bring_in(world, {"new/place.feature": text})
    assert counts(result) == {"renamed": 1}
    assert len(requirements(world)) == 1
    assert states(world, requirements(world)[0]) == ["superseded", "in_review"]


def test_a_renamed_file_takes_its_requirements_and_its_unit_along(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    assert counts(bring_in(world, {"sales/orders.feature": ORDERS}, unit="Billing")) == {"moved": 2}
    moved = document(world, "sales/orders.feature")
    assert moved.unit_id == world.unit("Order entry").id
    assert {r.document_id for r in requirements(world)} == {moved.id}
    assert document(world, "orders.feature").version_number == 0
    assert counts(bring_in(world, {"orders.feature": ORDERS})) == {"moved": 2}


def test_a_scenario_moved_between_two_documents(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING}, whole=True)
    start = ORDERS.index(b"  Scenario: An order")
    end = ORDERS.index(b"  Scenario Outline")
    scenario, rest = ORDERS[start:end], ORDERS[:start] + ORDERS[end:]
    result = bring_in(world, {"orders.feature": rest, "billing.feature": BILLING + b"\n" + scenario}, whole=True)
    assert counts(result) == {"unchanged": 2, "moved": 1}


def test_removed_scenarios_count_until_a_head_agrees(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    approve_all(world)
    rest = ORDERS[: ORDERS.index(b"  Scenario Outline")]
    assert counts(bring_in(world, {"orders.feature": rest})) == {"removed": 1, "unchanged": 1}
    row = requirement(world, "The total follows the price")
    assert (row.state, row.removal_asked) == (RequirementState.ACTIVE, True)
    more = rest + b"\n  # a word\n"
    assert counts(bring_in(world, {"orders.feature": more})) == {"unchanged": 1}
    approve_all(world)
    assert requirement(world, "The total follows the price").state is RequirementState.RETIRED


def test_what_was_retired_comes_back_under_its_number(world: World) -> None:
    test_removed_scenarios_count_until_a_head_agrees(world)
    number = requirement(world, "The total follows the price").number
    bring_in(world, {"orders.feature": ORDERS})
    row = requirement(world, "The total follows the price")
    assert (row.number, row.state) == (number, RequirementState.RETIRED)
    assert states(world, row)[-1] == "in_review"
    approve_all(world)
    assert requirement(world, "The total follows the price").state is RequirementState.ACTIVE


def test_removal_asked_is_taken_back_when_the_scenario_returns(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS})
    bring_in(world, {"orders.feature": ORDERS[: ORDERS.index(b"  Scenario Outline")]})
    assert counts(bring_in(world, {"orders.feature": ORDERS})) == {"unchanged": 2}
    assert not requirement(world, "The total follows the price").removal_asked


def test_one_file_leaves_other_documents_alone(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING})
    other = b"Feature: Other\n\n  Scenario: Something else entirely\n    When you look\n    Then it is there\n"
    assert counts(bring_in(world, {"other.feature": other})) == {"created": 1}
    assert not any(row.removal_asked for row in requirements(world))


def test_an_unreadable_document_is_one_error_and_the_others_come_in(world: World) -> None:
    broken = b"Feature: Broken\n\n  Scenario: x\n    When it rains\n    Whatever it snows\n"
    result = bring_in(world, {"broken.feature": broken, "orders.feature": ORDERS, "empty.feature": b""})
    assert counts(result) == {"created": 2, "errors": 2}
    assert [(e["path"], e["line"]) for e in result["errors"]] == [("broken.feature", 5), ("empty.feature", 1)]
    assert result["errors"][1]["message"] == "The file is empty."


def test_a_broken_new_version_leaves_the_stored_one_as_it_is(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING}, whole=True)
    result = bring_in(world, {"orders.feature": b"nothing", "billing.feature": BILLING}, whole=True)
    assert counts(result) == {"unchanged": 1, "errors": 1}
    assert not any(row.removal_asked for row in requirements(world))


def test_what_is_neither_the_same_nor_another_is_asked_and_waits(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING})
    approve_all(world)
    text = edited(ORDERS, "An order is confirmed", "An order is confirmed at once")
    text = edited(text, "confirmed by mail", "confirmed by e-mail")
    result = bring_in(world, {"orders.feature": text, "billing.feature": BILLING}, whole=True)
    assert counts(result) == {"ask": 1, "unchanged": 1}
    (asked,) = result["ask"]
    assert asked["path"] == "orders.feature"
    assert asked["stored_name"] == "An order is confirmed"
    assert document(world, "orders.feature").version_number == 1
    assert states(world, requirement(world, "An order is confirmed")) == ["approved"]


def test_the_same_id_in_two_documents_is_an_error_of_the_second(world: World) -> None:
    copied = edited(BILLING, "Feature: Billing", "Feature: Copy")
    result = bring_in(world, {"a_copy.feature": copied, "billing.feature": BILLING})
    assert counts(result) == {"created": 1, "errors": 1}
    assert "@id:invoice" in result["errors"][0]["message"]
    again = bring_in(world, {"a_copy.feature": BILLING, "z_copy.feature": copied}, whole=True)
    assert [e["path"] for e in again["errors"]] == ["z_copy.feature"]


def test_bytes_are_kept_exactly(world: World) -> None:
    odd = b"\xef\xbb\xbf" + ORDERS.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    bring_in(world, {"odd.feature": odd})
    assert db.session.scalars(sa.select(DocumentVersion.content)).one() == odd


def test_scenarios_of_one_name_keep_their_own_identity(world: World) -> None:
    def text(*pieces: int) -> bytes:
        body = "".join(f"\n  Scenario: Same\n    When you order {n}\n    Then {n} are reserved\n" for n in pieces)
        return f"Feature: F\n{body}".encode()

    bring_in(world, {"f.feature": text(1, 2, 3)})
    before = {r.identity_hash: r.number for r in requirements(world)}
    assert counts(bring_in(world, {"f.feature": text(3, 1, 2)})) == {"unchanged": 3}
    assert {r.identity_hash: r.number for r in requirements(world)} == before
