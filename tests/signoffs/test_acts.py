"""Acts after signing on both databases: every rule of them, tried to be broken; nothing signed is ever removed."""

import hashlib

import pytest
import sqlalchemy as sa

from tests.factories import flow, problems, signing
from tests.threats import endpoints
from tests.world import World
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.runs import service as runs
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import acting, acts, identity, queries
from uatapp.signoffs.models import ActSignature, Addendum, Certificate, Signature, SignedAct, Snapshot
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import ActKind, ActState, Decision, SignoffState

CLOSING, RECONFIRMATION, WITHDRAWAL = ActKind


def count(kind: type[ActSignature] | type[Signature] | type[Addendum]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def conditional(world: World, *more: str) -> int:
    return signing.accepted(world, "sponsor", *more, choice=signing.owed("Page numbers"))


def test_a_follow_up_ends_in_acceptance_an_addendum_and_a_trail_in_order(world: World) -> None:
    number = conditional(world, "sponsor2", "partner_sponsor")
    with pytest.raises(Refused, match="closed first"):
        signing.open_act(world, "sponsor", number, CLOSING)
    signing.close_condition(world, number)
    act = signing.open_act(world, "manager", number, CLOSING)
    row = acts.get_act(signing.get(world, number), act)[0]
    document = acting.document_of(row)
    assert hashlib.sha256(row.document).hexdigest() == row.sha256
    assert [person["name"] for person in document["signatories"]] == ["Henrik Dahl"]
    assert document["scope_sha256"] == queries.get_snapshot(row.signoff_id).sha256
    assert [note["action"] for note in document["conditions"][0]["notes"]] == ["report", "close"]
    with pytest.raises(identity.Denied, match="Others are asked"):
        signing.sign_act(world, "sponsor2", number, act)
    signing.sign_act(world, "sponsor", number, act)
    assert signing.state(world, number) is SignoffState.ACCEPTED
    assert signing.act_state(world, number, act) is ActState.SIGNED
    assert count(Addendum) == 1
    assert verify(Options(project="PAY")).findings == []


@pytest.mark.proves("T40")
def test_another_hash_a_used_number_anothers_number_and_a_second_signature_are_refused(world: World) -> None:
    number = signing.accepted(world, "sponsor", "sponsor2")
    signing.change_a_requirement(world)
    act = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    bound, why = signing.seen(world, "sponsor", number, act), {"PAY-R1": "Only a label"}
    with pytest.raises(identity.Denied, match="not what is stored"):
        signing.sign_act(world, "sponsor", number, act, why, seen_sha256="0" * 64, nonce=bound["nonce"])
    with pytest.raises(identity.Denied, match="used or is too old"):
        signing.sign_act(world, "sponsor2", number, act, why, **bound)
    signing.sign_act(world, "sponsor", number, act, why, **bound)
    for again in (bound, signing.seen(world, "sponsor", number, act)):
        with pytest.raises(identity.Denied, match="signed this already"):
            signing.sign_act(world, "sponsor", number, act, why, **again)
    assert count(ActSignature) == 1
    assert signing.state(world, number) is SignoffState.NEEDS_RECONFIRMATION


def test_a_changed_requirement_needs_good_results_or_a_named_reason(world: World) -> None:
    number = signing.accepted(world, "sponsor", choice=signing.owed("Page numbers"))
    signing.change_a_requirement(world)
    act = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    with pytest.raises(Invalid, match="no good result"):
        signing.sign_act(world, "sponsor", number, act)
    signing.retest_the_change(world, StepAnswer.NOT_AS_EXPECTED)
    with pytest.raises(acts.NoLongerTrue):
        signing.sign_act(world, "sponsor", number, act, {"PAY-R1": "Never mind"})
    with unit_of_work(world.actor("sponsor")):
        assert acts.lapse_if_untrue(world.project, number, act, by=world.actor("sponsor"))
    assert signing.act_state(world, number, act) is ActState.LAPSED
    second = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    with pytest.raises(Invalid, match="no good result"):
        signing.sign_act(world, "sponsor", number, second)
    signing.sign_act(world, "sponsor", number, second, {"PAY-R1": "Corrected by hand"})
    assert signing.state(world, number) is SignoffState.ACCEPTED_WITH_CONDITIONS
    assert count(ActSignature) == 1


def test_a_second_change_is_compared_with_what_was_confirmed_last(world: World) -> None:
    number = signing.accepted(world, "sponsor")
    signing.change_a_requirement(world)
    act = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    signing.sign_act(world, "sponsor", number, act, {"PAY-R1": "Only a label"})
    assert signing.state(world, number) is SignoffState.ACCEPTED
    flow.bring_in(world, flow.feature(2).replace(b"you save the order", b"you save it", 1))
    second = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    document = acting.document_of(acts.get_act(signing.get(world, number), second)[0])
    (row,) = document["difference"]
    assert "you save the new order" in row["then"]["text"]
    assert "you save it" in row["now"]["text"]
    assert [one["reference"] for one in document["earlier"]] == [f"PAY-S{number}/1"]


def test_a_withdrawal_needs_reasons_and_somebody_who_accepted(world: World) -> None:
    number = signing.accepted(world, "sponsor", "partner_sponsor")
    for who in ("sponsor2", "partner_sponsor", "manager", "tester"):
        with pytest.raises(Refused, match="accepted can withdraw"):
            signing.open_act(world, who, number, WITHDRAWAL, "I do not like it")
    with pytest.raises(Invalid, match="Say why"):
        signing.open_act(world, "sponsor", number, WITHDRAWAL, "  ")
    act = signing.open_act(world, "sponsor", number, WITHDRAWAL, "Invoices were sent twice")
    assert signing.state(world, number) is SignoffState.ACCEPTED
    signing.sign_act(world, "sponsor", number, act)
    assert signing.state(world, number) is SignoffState.ACCEPTANCE_WITHDRAWN
    assert count(Signature) == 2


def test_an_open_act_ends_when_what_it_rests_on_does(world: World) -> None:
    number = conditional(world)
    signing.close_condition(world, number)
    act = signing.open_act(world, "sponsor", number, CLOSING)
    with pytest.raises(Refused, match="opened already"):
        signing.open_act(world, "manager", number, CLOSING)
    signing.on_condition(world, "sponsor", number, "reopen", "The second page has none")
    assert signing.act_state(world, number, act) is ActState.LAPSED
    signing.close_condition(world, number)
    act = signing.open_act(world, "sponsor", number, CLOSING)
    signing.change_a_requirement(world)
    assert signing.act_state(world, number, act) is ActState.LAPSED
    act = signing.open_act(world, "sponsor", number, RECONFIRMATION)
    with unit_of_work(world.actor("manager")):
        member = find_membership(world.project.id, world.user_ids["sponsor"])
        assert member is not None
        members.withdraw(world.project, member, by=world.actor("manager"))
    assert signing.act_state(world, number, act) is ActState.LAPSED
    with pytest.raises(Refused):
        signing.sign_act(world, "sponsor", number, act, {"PAY-R1": "x"})
    act = signing.open_act(world, "manager", number, RECONFIRMATION)
    document = acting.document_of(acts.get_act(signing.get(world, number), act)[0])
    assert {person["name"] for person in document["signatories"]} == {"Birgit Aune", "Anders Vik"}


def test_only_who_opened_it_or_a_manager_takes_an_act_back_and_with_a_reason(world: World) -> None:
    number = conditional(world, "sponsor2")
    signing.close_condition(world, number)
    act = signing.open_act(world, "sponsor", number, CLOSING)
    for who, reason, wrong in (("sponsor2", "No", NotAllowed), ("sponsor", " ", Invalid)):
        with pytest.raises(wrong), unit_of_work(world.actor(who)):
            acts.drop(world.project, number, act, reason, by=world.actor(who))
    with unit_of_work(world.actor("manager")):
        acts.drop(world.project, number, act, "Too early", by=world.actor("manager"))
    assert signing.act_state(world, number, act) is ActState.DROPPED
    with pytest.raises(Refused):
        signing.sign_act(world, "sponsor", number, act)


def test_a_problem_put_off_is_a_condition_of_the_acceptance(world: World) -> None:
    """A deferred defect is owed under the acceptance (E34)."""
    signing.closed_cycle(world)
    with unit_of_work(world.actor("analyst")):
        report = defects.Report("Interest rate of last year", Severity.MINOR)
        defects.raise_defect(world.project, report, by=world.actor("analyst"))
    problems.act(world, "lead", 1, defects.accept)
    problems.act(world, "manager", 1, defects.defer, "January", "Checked by hand")
    number = signing.request(world, "sponsor", "sponsor2")
    for choice in (signing.ACCEPT, signing.owed("Page numbers")):
        with pytest.raises(Invalid, match="PAY-D1"):
            signing.sign(world, "sponsor", number, choice)
    signing.sign(world, "sponsor", number, signing.owed("PAY-D1: the rate of 2027"))
    signing.sign(world, "sponsor2", number)
    assert signing.state(world, number) is SignoffState.ACCEPTED_WITH_CONDITIONS
    rejected = signing.request(world, "sponsor")
    signing.sign(world, "sponsor", rejected, Choice(Decision.REJECTED, "Not yet"))
    assert signing.state(world, rejected) is SignoffState.REJECTED


def _frozen() -> list[bytes]:
    db.session.rollback()
    kept = (Snapshot.document, Certificate.facts, SignedAct.document, Addendum.facts)
    rows = [bytes(data) for column in kept for data in db.session.scalars(sa.select(column).order_by(column))]
    return rows + [repr(sorted(db.session.execute(sa.select(kind.__table__)).tuples(), key=repr)).encode()
                   for kind in (Signature, ActSignature)]  # fmt: skip


def _void(world: World) -> None:
    signing.reopen(world)
    reference = db.session.scalars(sa.select(Run.reference).order_by(Run.id)).first() or ""
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "Wrong customer", by=world.actor("tester"))


def _report(world: World) -> None:
    run = db.session.scalars(sa.select(Run).order_by(Run.id)).first()
    with unit_of_work(world.actor("tester")):
        defects.raise_defect(world.project, defects.Report("Wrong", Severity.MAJOR), by=world.actor("tester"), run=run)


def _remove(world: World) -> None:
    with unit_of_work(world.actor("manager")):
        member = find_membership(world.project.id, world.user_ids["sponsor"])
        assert member is not None
        members.withdraw(world.project, member, by=world.actor("manager"))


CHANGES = {
    "a cycle reopened": (signing.reopen, SignoffState.ACCEPTED),
    "a result taken back": (_void, SignoffState.ACCEPTED),
    "a problem reported": (_report, SignoffState.ACCEPTED),
    "a signatory without the right": (_remove, SignoffState.ACCEPTED),
    "a requirement changed": (signing.change_a_requirement, SignoffState.NEEDS_RECONFIRMATION),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_happens_later_changes_what_was_signed(site: World, change: str) -> None:
    """What was signed stays byte for byte (E22)."""
    number = signing.accepted(site, "sponsor", "partner_sponsor")
    before = _frozen()
    happens, wanted = CHANGES[change]
    happens(site)
    assert _frozen() == before
    assert signing.state(site, number) is wanted
    if change == "a cycle reopened":
        flow.close(site, flow.cycles.get_cycle(site.project.id, 1))
        later = signing.request(site, "sponsor")
        signing.sign(site, "sponsor", later)
        assert signing.state(site, number) is SignoffState.SUPERSEDED
        assert set(before[:-2]) < set(_frozen())  # more papers, and the first ones among them


def test_no_address_removes_or_changes_a_signature(site: World) -> None:
    """Signatures are only ever added (E21)."""
    number = signing.accepted(site, "sponsor", "partner_sponsor")
    act = signing.open_act(site, "sponsor", number, WITHDRAWAL, "Invoices were sent twice")
    signing.sign_act(site, "sponsor", number, act)
    before = _frozen()
    known = {**endpoints.NOTHING, "project": "PAY", "number": number, "act_number": act, "condition_number": 1}
    lines = [line for line in endpoints.of_projects(site.app) if line.endpoint.startswith("signoffs.")]
    for who in ("sponsor", "manager", "partner_manager"):
        browser = site.client(who)
        for path in {endpoints.address(site.app, line.endpoint, known) for line in lines}:
            for method in ("DELETE", "PUT", "PATCH"):
                assert browser.open(path, method=method).status_code == 405, f"{method} {path}"
            browser.post(path, data={"reason": "x", "text": "x", "reasons": "x", "kind": "closing", "action": "delete"})
    assert _frozen() == before


def test_who_signed_keeps_the_papers_whatever_becomes_of_the_role(site: World) -> None:
    """The signer's own copy (E33)."""
    from uatapp.jobs import service as jobs
    from uatapp.signoffs import papers

    signing.accepted(site, "sponsor")
    jobs.run_due()
    with unit_of_work(site.actor("manager")):
        member = find_membership(site.project.id, site.user_ids["sponsor"])
        assert member is not None
        members.remove(site.project, member, by=site.actor("manager"))
    (paper,) = papers.certificates(site.user_ids["sponsor"])
    client = site.client("sponsor")
    assert client.get("/projects/PAY/signoffs/1").status_code == 404
    assert paper.check_code in client.get("/signed/").get_data(as_text=True)
    assert client.get(f"/signed/{paper.check_code}/certificate.pdf").data.startswith(b"%PDF")
    assert site.client("sponsor2").get(f"/signed/{paper.check_code}/certificate.pdf").status_code == 404


def test_the_pages_ask_the_database_no_more_often_for_more_rows(site: World) -> None:
    from tests.counting import statements

    signing.closed_cycle(site)
    found = []
    for _round in range(2):
        for _number in range(2):
            signing.sign(site, "sponsor", signing.request(site, "sponsor"), signing.owed("One", "Two"))
        counts = []
        for page in ("", "conditions", "certificates", "waivers"):
            with statements() as seen:
                assert site.client("manager").get(f"/projects/PAY/signoffs/{page}").status_code == 200
            counts.append(len(seen))
        found.append(counts)
    assert found[0] == found[1]
