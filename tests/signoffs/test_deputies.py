"""Deputies, quorum, consent and scope under the rules that always hold, tried to be broken on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import asking, flow
from tests.signoffs.test_signing import bound, closed_cycle, state
from tests.world import World
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused
from uatapp.kernel.permissions import Side
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import verify
from uatapp.projects import members
from uatapp.signoffs import deputies, identity, queries, service, statements
from uatapp.signoffs.models import Consent, Deputy, Signature, SignatureFor
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision, SignoffState


def name(world: World, person: str, deputy: str, *, by: str = "manager", first: int = 0, last: int = 5) -> int:
    today = clock.today(world.project.zone)
    period = (today + timedelta(days=first), today + timedelta(days=last))
    with unit_of_work(world.actor(by)):
        who, whom = asking.members(world, person, deputy)
        return deputies.name(world.project, who, whom, period, "Holiday", by=world.actor(by)).id


def grant(world: World, who: str) -> None:
    with unit_of_work(world.actor("manager")):
        members.grant(world.project, asking.members(world, who)[0], by=world.actor("manager"))


def test_who_may_be_a_deputy_and_who_may_say_so(world: World) -> None:
    refused = [
        (("sponsor", "sponsor"), "manager", Invalid, "somebody else"),
        (("sponsor", "partner_sponsor"), "manager", Invalid, "of the other side"),
        (("sponsor", "auditor"), "manager", Invalid, "does not have the right to sign"),
        (("auditor", "sponsor"), "manager", Invalid, "nobody can sign for them"),
        (("sponsor", "sponsor2"), "sponsor2", NotAllowed, "named by the person"),
        (("sponsor", "sponsor2"), "partner_manager", NotAllowed, "named by the person"),
        (("partner_sponsor", "sponsor2"), "manager", NotAllowed, "named by the person"),
    ]
    for people, by, kind, words in refused:
        with pytest.raises(kind, match=words):
            name(world, *people, by=by)
    with pytest.raises(Invalid, match="before the first"):
        name(world, "sponsor", "sponsor2", first=3, last=2)
    with pytest.raises(Invalid, match="are over"):
        name(world, "sponsor", "sponsor2", first=-9, last=-1)
    name(world, "sponsor", "sponsor2", by="sponsor")
    with pytest.raises(Invalid, match="on these days already"):
        name(world, "sponsor", "manager", first=5, last=9)


def test_two_who_are_both_asked_cannot_stand_in_for_each_other(world: World) -> None:
    closed_cycle(world)
    number = asking.ask(world, "sponsor", "sponsor2")
    with pytest.raises(Invalid, match=f"Both are asked to sign PAY-S{number}"):
        name(world, "sponsor", "sponsor2")


@pytest.mark.parametrize("how", ["ended by hand", "not begun", "over", "right of the person", "right of the deputy"])
def test_a_deputy_signs_only_while_both_may_and_the_days_run(world: World, how: str) -> None:
    closed_cycle(world)
    number = asking.ask(world, "sponsor")
    row_id = name(world, "sponsor", "sponsor2", first=2 if how == "not begun" else 0)
    seen = bound(world, "sponsor2", number)
    if how == "over":  # as if named in the past; a day cannot be waited for
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(sa.update(Deputy).values(from_on=date(2020, 1, 1), until_on=date(2020, 1, 2)))
    with unit_of_work(world.actor("manager")):
        if how == "ended by hand":
            row = deputies.get(world.project, row_id)
            deputies.end(world.project, row, by=world.actor("manager"), side=Side.CUSTOMER)
        elif how.startswith("right"):
            who = "sponsor" if how == "right of the person" else "sponsor2"
            members.withdraw(world.project, asking.members(world, who)[0], by=world.actor("manager"))
    with (
        pytest.raises(Refused if how == "right of the person" else identity.Denied),
        unit_of_work(world.actor("sponsor2")),
    ):
        service.sign(world.project, number, Choice(Decision.ACCEPTED), by=world.actor("sponsor2"), **seen)
    assert not queries.signatures(queries.get_signoff(world.project.id, number).id)
    if how.startswith("right"):
        assert not deputies.current(world.project)
    if how == "right of the deputy":
        assert state(world, number) is SignoffState.REQUESTED  # who is asked is still there


def test_what_a_deputy_signed_is_frozen_and_verified(world: World) -> None:
    closed_cycle(world)
    number = asking.ask(world, "sponsor", "partner_sponsor")
    name(world, "sponsor", "sponsor2")
    asking.sign(world, "sponsor2", number)
    for kind in (SignatureFor, Consent):
        for statement in (sa.update(kind).values(id=kind.id + 9), sa.delete(kind)):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
                connection.execute(statement)
    db.session.rollback()
    assert verify.verify(verify.Options()).findings == []
    assert verify.verify(verify.Options(project="PAY")).findings == []


def test_a_person_and_their_deputy_at_once_make_one_signature(world: World) -> None:
    closed_cycle(world)
    number = asking.ask(world, "sponsor")
    name(world, "sponsor", "sponsor2")
    seen = {who: bound(world, who, number) for who in ("sponsor", "sponsor2")}
    db.session.remove()

    def one(who: str) -> str:
        with world.app.app_context():
            try:
                with unit_of_work(world.actor(who)):
                    service.sign(world.project, number, Choice(Decision.ACCEPTED), by=world.actor(who), **seen[who])
            except Refused as refusal:
                return type(refusal).__name__
            except identity.Denied:
                return "denied"
            return "signed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(one, seen))
    assert outcomes.count("signed") == 1, outcomes
    assert state(world, number) is SignoffState.ACCEPTED
    assert db.session.scalar(sa.select(sa.func.count(Signature.id))) == 1


@pytest.mark.parametrize("when", ["named before", "named after"])
def test_what_only_a_deputy_tried_is_not_signed_by_them(world: World, when: str) -> None:
    cycle = flow.open_cycle(world, flow.make_cases(world, 1))
    flow.run(world, flow.assignments(world)[0])
    flow.close(world, cycle)
    grant(world, "tester")
    if when == "named before":
        name(world, "sponsor", "tester")
        number = asking.ask(world, "sponsor")
        assert asking.document(world, number)["figures"]["not_run"] == 1
        return
    number = asking.ask(world, "sponsor")
    assert asking.document(world, number)["figures"]["not_run"] == 0
    name(world, "sponsor", "tester")
    with pytest.raises(identity.Denied, match="nobody else did"):
        asking.sign(world, "tester", number)


def test_a_deputy_has_one_seat_and_one_signature(world: World) -> None:
    closed_cycle(world)
    name(world, "sponsor", "manager")
    name(world, "sponsor2", "manager")
    number = asking.ask(world, "sponsor", "sponsor2")
    asking.sign(world, "manager", number)
    with pytest.raises(identity.Denied, match="signed this already"):
        asking.sign(world, "manager", number)
    asking.sign(world, "sponsor2", number)
    assert state(world, number) is SignoffState.ACCEPTED


def test_more_signatures_than_people_are_refused(world: World) -> None:
    closed_cycle(world)
    for side, least in [(Side.CUSTOMER, 2), (Side.CUSTOMER, 0), (Side.PARTNER, 1)]:
        with pytest.raises(Invalid, match="Choose a number from 1"):
            asking.ask(world, "sponsor", quorum={side: least})


def test_a_changed_statement_leaves_what_was_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_cycle(world)
    number = asking.ask(world, "sponsor", "sponsor2")
    asking.sign(world, "sponsor", number)
    before = statements.statement(Side.CUSTOMER, Decision.ACCEPTED, "Nordwind")
    changed = {key: f"Changed words for {{organisation}}: {text}" for key, text in statements.STATEMENTS.items()}
    monkeypatch.setattr(statements, "STATEMENTS", changed)
    monkeypatch.setattr(statements, "VERSION", "2099-01")
    asking.sign(world, "sponsor2", number)
    first, second = queries.signatures(queries.get_signoff(world.project.id, number).id)
    assert (first.statement, first.statement_version) == (before, "2026-12")
    assert (second.statement_version, second.statement.startswith("Changed words")) == ("2099-01", True)
    assert verify.verify(verify.Options()).findings == []


def test_no_statement_claims_more_than_it_is() -> None:
    words = " ".join([*statements.CONSENTS.values(), *(t for v in statements.VERSIONS.values() for t in v.values())])
    assert not any(claim in words.lower() for claim in ("qualified", "advanced", "compliant", "certified"))
    assert statements.VERSIONS["2026-11"][Side.PARTNER, Decision.REJECTED]  # earlier words stay readable
    assert all(set(v) == {(s, d) for s in Side for d in Decision} for v in statements.VERSIONS.values())
