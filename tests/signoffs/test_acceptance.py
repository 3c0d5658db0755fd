"""Acceptance windows on both databases: silence counts once, for the right person, and never by itself."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from tests.counting import statements
from tests.factories import flow, windows
from tests.world import World
from uatapp.accounts.models import Organisation
from uatapp.audit.models import AuditEntry
from uatapp.jobs import service as jobs
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, NotAllowed, Refused
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import verify
from uatapp.projects import members, timetable
from uatapp.projects.holidays import WEEKDAYS
from uatapp.projects.queries import get_member
from uatapp.signoffs import deeming, queries, terms
from uatapp.signoffs.models import Certificate, DeemedAcceptance
from uatapp.signoffs.states import Decision, SignoffState, TermsState


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(windows.berlin(7), tick=True) as traveller:
        yield traveller


def told(world: World, action: str) -> int:
    db.session.rollback()
    where = (AuditEntry.chain == "PAY", AuditEntry.action == action)
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*where)) or 0


def silent_request(world: World, *names: str) -> int:
    """Ask for a decision under an agreed window of ten working days."""
    windows.closed_cycle(world, 1)
    windows.agree(world)
    return windows.request(world, *names)


def state(world: World, number: int = 1) -> SignoffState:
    return windows.get(world, number).state


def test_silence_counts_once_and_for_the_partners_manager_only(world: World, time: time_machine.Traveller) -> None:
    """Nobody else, not before the date, not twice, not with a number that was used, not by a role just taken away."""
    number = silent_request(world)
    time.move_to(windows.berlin(18, 23))
    with pytest.raises(NotAllowed, match="21 January 2030"):
        windows.deem(world, number)
    time.move_to(windows.berlin(21, 0, 1))
    for name in ("manager", "sponsor", "lead", "partner_sponsor", "auditor"):
        with pytest.raises(NotAllowed):
            windows.deem(world, number, by=name)
    for clause in ("", "§ 1 Everything is accepted"):
        with pytest.raises(Invalid):
            windows.deem(world, number, clause=clause)
    before = world.actor("partner_manager")
    _roles(world, "partner_sponsor", Role.SPONSOR, Role.PROJECT_MANAGER)  # so that one is left
    _roles(world, "partner_manager", Role.LEAD)
    seen = windows.bound(world, number)
    with pytest.raises(NotAllowed), unit_of_work(before):
        deeming.deem(world.project, number, windows.CLAUSE, by=before, **seen)
    _roles(world, "partner_manager", Role.PROJECT_MANAGER)
    assert state(world) is SignoffState.REQUESTED
    with pytest.raises(NotAllowed):
        with unit_of_work(world.actor("manager")):  # another's one-time number
            deeming.deem(world.project, number, windows.CLAUSE, by=world.actor("manager"), **seen)
    by = world.actor("partner_manager")
    with unit_of_work(by):
        deeming.deem(world.project, number, windows.CLAUSE, by=by, **seen)
    with pytest.raises(Refused):
        with unit_of_work(by):
            deeming.deem(world.project, number, windows.CLAUSE, by=by, **seen)
    assert state(world) is SignoffState.DEEMED_ACCEPTED
    assert told(world, "acceptance.deemed") == told(world, "certificate.issued") == 1
    assert db.session.scalars(sa.select(DeemedAcceptance)).one().round == 1
    with pytest.raises(Refused):
        windows.sign(world, number, Decision.REJECTED, reasons="Too late")


def _roles(world: World, name: str, *roles: Role) -> None:
    with unit_of_work(SYSTEM):
        member = get_member(world.project.id, world.user(name).uid, lock=True)
        members.change(world.project, member, roles, None, by=SYSTEM)


def test_a_signature_and_silence_at_once_are_one_story(world: World, time: time_machine.Traveller) -> None:
    number = silent_request(world)
    time.move_to(windows.berlin(21))

    def act(how: str) -> str:
        with world.app.app_context():
            try:
                if how == "sign":
                    windows.sign(world, number, Decision.REJECTED, reasons="The total is wrong")
                else:
                    windows.deem(world, number)
            except DomainError:
                return ""
            return how

    with ThreadPoolExecutor(2) as pool:
        done = [how for how in pool.map(act, ("sign", "deem")) if how]
    assert len(done) == 1
    found = windows.get(world, number)
    assert found.state is {"sign": SignoffState.REJECTED, "deem": SignoffState.DEEMED_ACCEPTED}[done[0]]
    assert len(queries.signatures(found.id)) == (done[0] == "sign")
    assert (deeming.find_deemed(found.id) is not None) == (done[0] == "deem")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1


def test_a_lapsed_or_withdrawn_request_has_no_window(world: World, time: time_machine.Traveller) -> None:
    number = silent_request(world)
    windows.cycle_action(world, "reopen", "One more test")
    time.move_to(windows.berlin(25))
    windows.daily()
    assert state(world) is SignoffState.LAPSED
    assert deeming.picture(world.project, windows.get(world, number)) is None
    assert windows.mails("silence") == windows.mails("the review window has ended") == []
    with pytest.raises(Refused):
        windows.deem(world, number)


def test_pauses_are_told_once_and_end_with_the_last_critical_problem(
    world: World, time: time_machine.Traveller
) -> None:
    first, second = windows.critical(world), windows.critical(world)
    number = silent_request(world)
    windows.daily()
    stopped = windows.clock(world)
    assert stopped.blockers == [f"PAY-D{first}", f"PAY-D{second}"]
    assert (stopped.reading.used, stopped.reading.silence_on) == (0, None)
    time.move_to(windows.berlin(25))
    windows.daily()
    assert windows.mails("the review window has ended") == []  # the date never came while it was paused
    with pytest.raises(NotAllowed, match="paused"):
        windows.deem(world, number)
    windows.put_off(world, first)
    assert windows.clock(world).reading.paused is not None
    windows.put_off(world, second)
    windows.daily()
    assert windows.clock(world).reading.paused is None
    # it went on before the opening of Friday the 25th, which is the first of ten
    assert str(windows.clock(world).reading.silence_on) == "2030-02-08"
    assert (told(world, "acceptance.clock_paused"), told(world, "acceptance.clock_resumed")) == (1, 1)
    assert told(world, "acceptance.silence_moved") == 1


def test_the_customers_zone_and_hours_decide_and_a_change_is_told(world: World, time: time_machine.Traveller) -> None:
    number = silent_request(world)
    by = world.actor("manager")
    hours = dict.fromkeys(WEEKDAYS[:5], "9-17") | {"saturday": "9-12", "sunday": "", "zone": "Pacific/Auckland"}
    with unit_of_work(by):
        of = db.session.scalars(sa.select(Organisation).where(Organisation.name == "Nordwind")).one()
        timetable.set_hours(of, hours, version=0, by=by)
    # in Auckland it was 20 o'clock, so the first day is Tuesday; Saturdays count now
    assert str(windows.clock(world).reading.silence_on) == "2030-01-19"
    assert told(world, "acceptance.silence_moved") == 1
    assert windows.mails("Saturday, 19 January 2030") == [
        "manager@example.com",
        "partner.manager@example.com",
        "sponsor@example.com",
    ]
    time.move_to(windows.berlin(18, 11))  # still Friday there
    with pytest.raises(NotAllowed):
        windows.deem(world, number)
    time.move_to(windows.berlin(18, 12, 1))  # Saturday there
    windows.deem(world, number)
    assert state(world) is SignoffState.DEEMED_ACCEPTED


def test_one_window_is_agreed_and_one_proposal_waits_at_most(world: World, time: time_machine.Traveller) -> None:
    windows.agree(world)
    number = windows.propose(world, 0, 0, 0, by="manager")
    with pytest.raises(Refused):
        windows.propose(world, 12)
    for name in ("sponsor", "lead", "manager"):
        with pytest.raises(NotAllowed):
            windows.decide(world, number, by=name)
    windows.decide(world, number, by="partner_manager")
    assert windows.agreed(world) is None  # 0 days: silence never counts
    rows = [row.state for row in terms.history(world.project.id)]
    assert rows == [TermsState.AGREED, TermsState.REPLACED]
    with pytest.raises(IntegrityError):
        db.session.execute(sa.text("UPDATE acceptance_terms_state SET state = 'agreed'"))
    db.session.rollback()
    with pytest.raises(Invalid):
        windows.propose(world, 5, 5)
    with pytest.raises(Invalid):
        windows.propose(world, 251)


def test_a_running_window_keeps_the_terms_it_began_with(world: World, time: time_machine.Traveller) -> None:
    silent_request(world)
    windows.decide(world, windows.propose(world, 2, 0, 0))
    assert windows.clock(world).running.terms.review_days == 10


def test_rounds_are_counted_and_cost_no_more_statements(on_sqlite: World, time: time_machine.Traveller) -> None:
    world = on_sqlite
    number = silent_request(world)
    few = _statements(world, number)
    for _n in range(3):
        windows.sign(world, number, Decision.REJECTED, reasons="Once more")
        windows.cycle_action(world, "reopen", "Cured")
        windows.void(world, flow.assignments(world)[0])
        flow.run(world, flow.assignments(world)[0])
        windows.cycle_action(world, "close")
        number = windows.request(world)
    seen = windows.clock(world, number)
    assert (seen.round, [row.retests for row in seen.rounds]) == (4, [1, 1, 1])
    assert _statements(world, number) <= few + 1  # the rounds' retests, in one statement


def _statements(world: World, number: int) -> int:
    signoff = windows.get(world, number)
    with statements() as found:
        deeming.picture(world.project, signoff)
    return len(found)


def test_the_paper_of_silence_is_sealed_and_says_that_nobody_signed(site: World, time: time_machine.Traveller) -> None:
    number = silent_request(site)
    time.move_to(windows.berlin(21))
    windows.deem(site, number)
    db.session.rollback()
    jobs.run_due()
    data = site.client("sponsor").get(f"/projects/PAY/signoffs/{number}/certificate.pdf").data
    reader = pypdf.PdfReader(io.BytesIO(data))
    first = " ".join(reader.pages[0].extract_text().split())
    assert "Record of Deemed Acceptance" in first
    assert "Deemed accepted, not signed" in first
    assert "§ 8.3 The software is deemed accepted" in first
    assert "Recorded, not signed, by Paula Stone, Halden" in first
    assert "Certificate of Acceptance" not in first
    assert "Signed by" not in first
    record = json.loads(reader.attachments["signatures.json"][0])
    assert (record["decision"], record["signatures"]) == ("deemed_accepted", [])
    assert record["deemed"]["silence_on"] == "2030-01-21"
    report = verify.verify(verify.Options(evidence=True))
    assert [*report.findings, *report.not_checked] == []
