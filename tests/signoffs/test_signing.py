"""Use cases of signing on both databases: every rule of the signature, tried to be broken."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import flow
from tests.world import PASSWORD, World
from uatapp.audit.models import AuditEntry
from uatapp.cycles import queries as cycles
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused, TooMany
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.signoffs import identity, queries, service
from uatapp.signoffs.freeze import fingerprint
from uatapp.signoffs.models import Signature, SigningNonce
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision, SignoffState

ACCEPT = Choice(Decision.ACCEPTED)


def closed_cycle(world: World) -> None:
    cycle = flow.open_cycle(world, flow.make_cases(world, 2))
    for assignment in flow.assignments(world):
        flow.run(world, assignment)
    flow.close(world, cycle)


def request(world: World, *names: str, in_order: bool = False) -> int:
    with unit_of_work(world.actor("manager")):
        asked = [find_membership(world.project.id, world.user_ids[name]) for name in names]
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        chosen = [member for member in asked if member]
        by = world.actor("manager")
        return service.request(world.project, "Order entry", [cycle], chosen, by=by, in_order=in_order).number


def bound(world: World, name: str, number: int) -> dict[str, str]:
    with unit_of_work(world.actor(name)):
        signoff = queries.get_signoff(world.project.id, number)
        nonce = identity.issue_nonce(world.project, signoff, by=world.actor(name))
        return {"seen_sha256": queries.get_snapshot(signoff.id).sha256, "nonce": nonce}


def sign(world: World, name: str, number: int, choice: Choice = ACCEPT, **seen: Any) -> None:
    with unit_of_work(world.actor(name)):
        service.sign(world.project, number, choice, by=world.actor(name), **seen)


def state(world: World, number: int) -> SignoffState:
    db.session.rollback()
    return queries.get_signoff(world.project.id, number).state


@pytest.mark.proves("E12")
def test_what_is_signed_is_what_was_frozen(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor")
    snapshot = queries.get_snapshot(queries.get_signoff(world.project.id, number).id)
    assert fingerprint(snapshot.document) == snapshot.sha256
    document = json.loads(snapshot.document)
    assert document["figures"]["passed"] == 2
    read = queries.members_of(snapshot, "defects", "criteria", "no such member")
    assert read == {name: document[name] for name in ("defects", "criteria")}
    assert queries.members_of(snapshot, *document) == document
    assert [row["met"] for row in document["criteria"]] == [True] * 4
    assert not any("id" in row for row in document["requirements"])


@pytest.mark.proves("E22")
def test_a_later_request_names_the_decision_before_it(world: World) -> None:
    closed_cycle(world)
    first = request(world, "sponsor")
    sign(world, "sponsor", first, **bound(world, "sponsor", first))
    second = request(world, "sponsor")
    frozen = json.loads(queries.get_snapshot(queries.get_signoff(world.project.id, second).id).document)
    before = json.loads(queries.get_snapshot(queries.get_signoff(world.project.id, first).id).document)
    assert before["predecessor"] is None
    assert (frozen["predecessor"]["reference"], frozen["predecessor"]["state"]) == (f"PAY-S{first}", "accepted")


@pytest.mark.proves("E5", "E12")
def test_another_hash_a_used_number_and_anothers_number_are_refused(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor", "sponsor2")
    seen = bound(world, "sponsor", number)
    with pytest.raises(identity.Denied, match="not what is stored"):
        sign(world, "sponsor", number, seen_sha256="0" * 64, nonce=seen["nonce"])
    with pytest.raises(identity.Denied, match="used or is too old"):
        sign(world, "sponsor2", number, **seen)
    sign(world, "sponsor", number, **seen)
    with pytest.raises(identity.Denied, match="signed this already"):
        sign(world, "sponsor", number, **seen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 1


@pytest.mark.proves("E19")
def test_only_asked_people_with_the_right_sign_and_in_order(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor", "partner_sponsor", in_order=True)
    for name, words in [("manager", "not asked"), ("tester", "right to sign"), ("partner_sponsor", "before you")]:
        seen = bound(world, name, number)
        with pytest.raises(identity.Denied, match=words):
            sign(world, name, number, **seen)
    sign(world, "sponsor", number, **bound(world, "sponsor", number))
    sign(world, "partner_sponsor", number, **bound(world, "partner_sponsor", number))
    assert state(world, number) is SignoffState.ACCEPTED


@pytest.mark.proves("F22")
def test_a_right_withdrawn_in_the_meantime_ends_the_request(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor")
    seen = bound(world, "sponsor", number)
    with unit_of_work(world.actor("manager")):
        member = find_membership(world.project.id, world.user_ids["sponsor"])
        assert member is not None
        members.withdraw(world.project, member, by=world.actor("manager"))
    with pytest.raises(Refused):
        sign(world, "sponsor", number, **seen)
    assert state(world, number) is SignoffState.LAPSED


@pytest.mark.proves("E18", "E19")
def test_requests_need_closed_cycles_signing_rights_and_a_customer(world: World) -> None:
    cycle = flow.open_cycle(world, flow.make_cases(world, 1))
    with pytest.raises(Invalid, match="not closed"):
        request(world, "sponsor")
    flow.run(world, flow.assignments(world)[0])
    flow.close(world, cycle)
    with pytest.raises(Invalid, match="does not have the right"):
        request(world, "sponsor", "tester")
    with pytest.raises(Invalid, match="of the customer"):
        request(world, "partner_sponsor")


@pytest.mark.proves("E20")
def test_a_requirement_that_only_a_signatory_tried_counts_as_not_run(world: World) -> None:
    cases = flow.make_cases(world, 1)
    with unit_of_work(world.actor("manager")):
        tester = find_membership(world.project.id, world.user_ids["tester"])
        assert tester is not None
        members.grant(world.project, tester, by=world.actor("manager"))
    cycle = flow.open_cycle(world, cases)
    flow.run(world, flow.assignments(world)[0])
    flow.close(world, cycle)
    number = request(world, "sponsor", "tester")
    document = queries.document_of(queries.get_snapshot(queries.get_signoff(world.project.id, number).id))
    assert document["figures"]["not_run"] == 1
    assert not next(row for row in document["criteria"] if row["code"] == "all_run")["met"]
    assert "signatory" in document["not_tested"][0]["why"]


@pytest.mark.proves("E8")
def test_wrong_passwords_are_counted_told_and_slowed(site: World) -> None:
    closed_cycle(site)
    number = request(site, "sponsor")
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.prove_identity(site.project, number, "wrong", by=site.actor("sponsor"))
    with pytest.raises((TooMany, Invalid)):
        for _ in range(3):
            identity.prove_identity(site.project, number, PASSWORD + "x", by=site.actor("sponsor"))
    told = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "signoff.signing_denied")
    assert (db.session.scalar(told) or 0) >= 5
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Signature))


@pytest.mark.proves("F20")
def test_two_signatories_at_once_come_to_one_story(world: World, soak: bool) -> None:
    closed_cycle(world)
    for round_ in range(20 if soak else 2):
        number = request(world, "sponsor", "sponsor2")
        seen = {name: bound(world, name, number) for name in ("sponsor", "sponsor2")}
        db.session.remove()

        def one(name: str, number: int = number, seen: dict[str, dict[str, str]] = seen) -> None:
            with world.app.app_context():
                sign(world, name, number, **seen[name])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, seen))
        assert state(world, number) is SignoffState.ACCEPTED, round_
        signoff = queries.get_signoff(world.project.id, number)
        assert len(queries.signatures(signoff.id)) == 2
        assert queries.find_certificate(signoff.id) is not None


@pytest.mark.proves("T40")
def test_the_same_press_ten_times_makes_one_signature(site: World) -> None:
    closed_cycle(site)
    number = request(site, "sponsor")
    seen = bound(site, "sponsor", number)
    data = {
        "sha256": seen["seen_sha256"],
        "nonce": seen["nonce"],
        "decision": "accepted",
        "read": "1",
        "code": site.code("sponsor"),
    }
    client = site.client("sponsor")
    answers = [
        client.post(f"/projects/PAY/signoffs/{number}/sign", data={**data, "password": PASSWORD}) for _ in range(10)
    ]
    assert [a.status_code for a in answers].count(303) == 1
    assert all(a.status_code in (303, 403, 409, 422) for a in answers)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 1
    used = sa.select(sa.func.count()).select_from(SigningNonce).where(SigningNonce.used_at.is_not(None))
    assert db.session.scalar(used) == 1
