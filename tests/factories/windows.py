"""Acceptance windows in a few calls, through the same use cases as people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tests.factories import flow
from tests.world import World
from uatapp.accounts.models import Organisation
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment
from uatapp.defects import queries as defects
from uatapp.defects import service as problems
from uatapp.defects.states import Severity
from uatapp.jobs import service as jobs
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import holidays, timetable
from uatapp.projects.queries import find_membership
from uatapp.runs import service as runs
from uatapp.runs.queries import last_valid
from uatapp.signoffs import deeming, identity, queries, service, terms
from uatapp.signoffs.models import AcceptanceTerms, Signoff
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision

CLAUSE = "§ 8.3 The software is deemed accepted if the customer\ndoes not decide within ten working days."
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """Return an instant in January 2030; the 7th is a Monday."""
    return datetime(2030, 1, day, hour, minute, tzinfo=BERLIN)


def closed_cycle(world: World, count: int = 2) -> None:
    """Make a closed cycle in which the tester has passed everything."""
    cycle = flow.open_cycle(world, flow.make_cases(world, count))
    for assignment in flow.assignments(world):
        flow.run(world, assignment)
    flow.close(world, cycle)


def cycle_action(world: World, action: str, reason: str = "") -> None:
    """Reopen or close the first cycle."""
    with unit_of_work(world.actor("manager")):
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        cycling.take_action(world.project, cycle, action, by=world.actor("manager"), reason=reason)


def void(world: World, assignment: Assignment) -> None:
    """Let the tester take the last result of a test back."""
    run = last_valid(assignment.id)
    assert run is not None
    reference = run.reference
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "To be tested again", by=world.actor("tester"))


def propose(world: World, days: int = 10, notice: int = 3, rounds: int = 3, *, by: str = "partner_manager") -> int:
    with unit_of_work(world.actor(by)):
        given = terms.Proposal(days, notice, rounds, CLAUSE if days else "")
        return terms.propose(world.project, given, by=world.actor(by)).number


def decide(world: World, number: int, action: str = "agree", reason: str = "", *, by: str = "manager") -> None:
    with unit_of_work(world.actor(by)):
        terms.decide(world.project, number, action, reason, by=world.actor(by))


def agree(world: World, days: int = 10, notice: int = 3, rounds: int = 3) -> None:
    decide(world, propose(world, days, notice, rounds))


def agreed(world: World) -> AcceptanceTerms | None:
    db.session.rollback()
    return terms.agreed(world.project.id)


def request(world: World, *names: str, cycle: int = 1) -> int:
    """Ask people for a decision; return the request's number."""
    with unit_of_work(world.actor("manager")):
        asked = [find_membership(world.project.id, world.user_ids[name]) for name in names or ("sponsor",)]
        found = cycles.get_cycle(world.project.id, cycle, lock=True)
        members = [member for member in asked if member]
        return service.request(world.project, "Order entry", [found], members, by=world.actor("manager")).number


def get(world: World, number: int = 1) -> Signoff:
    db.session.rollback()
    return queries.get_signoff(world.project.id, number)


def clock(world: World, number: int = 1) -> deeming.Picture:
    """Return how a request's clock stands now."""
    found = deeming.picture(world.project, get(world, number))
    assert found is not None
    return found


def sign(world: World, number: int, decision: Decision, *, by: str = "sponsor", reasons: str = "") -> None:
    seen = bound(world, number, by)
    with unit_of_work(world.actor(by)):
        service.sign(world.project, number, Choice(decision, reasons), by=world.actor(by), **seen)


def bound(world: World, number: int, by: str = "partner_manager") -> dict[str, str]:
    """Return what the page of a form gives: the hash that was seen, and a one-time number."""
    with unit_of_work(world.actor(by)):
        signoff = queries.get_signoff(world.project.id, number)
        nonce = identity.issue_nonce(world.project, signoff, by=world.actor(by))
        return {"seen_sha256": queries.get_snapshot(signoff.id).sha256, "nonce": nonce}


def deem(world: World, number: int = 1, *, by: str = "partner_manager", clause: str = CLAUSE) -> None:
    seen = bound(world, number, by)
    with unit_of_work(world.actor(by)):
        deeming.deem(world.project, number, clause, by=world.actor(by), **seen)


def critical(world: World, *, by: str = "analyst") -> int:
    """Report a critical problem that belongs to no test; return its number."""
    with unit_of_work(world.actor(by)):
        report = problems.Report("Nobody can sign in", Severity.CRITICAL)
        return problems.raise_defect(world.project, report, by=world.actor(by)).number


def put_off(world: World, number: int) -> None:
    """Let the lead accept a problem, and the customer's project manager defer it."""
    for who, use_case, words in (
        ("lead", problems.accept, ()),
        ("manager", problems.defer, ("It can wait.", "By hand.")),
    ):
        with unit_of_work(world.actor(who)):
            defect = defects.get_defect(world.project.id, number, lock=True)
            use_case(world.project, defect, *words, by=world.actor(who))


def take_up(world: World, number: int) -> None:
    """Let the lead take up a problem that was put off."""
    with unit_of_work(world.actor("lead")):
        problems.accept(world.project, defects.get_defect(world.project.id, number, lock=True), by=world.actor("lead"))


def put_off_again(world: World, number: int) -> None:
    """Let the customer's project manager defer a problem that was taken up again."""
    with unit_of_work(world.actor("manager")):
        defect = defects.get_defect(world.project.id, number, lock=True)
        problems.defer(world.project, defect, "It can wait.", "By hand.", by=world.actor("manager"))


def day_off(world: World, lines: str, *, by: str = "manager") -> None:
    """Enter days off of the organisation of a person."""
    with unit_of_work(world.actor(by)):
        of = db.session.get_one(Organisation, world.user(by).organisation_id)
        timetable.add_holidays(of, holidays.from_lines(lines), by=world.actor(by))


def daily() -> None:
    """Do the daily work that tells of windows, as the worker does."""
    jobs.queue_daily()
    jobs.run_due()


def mails(about: str) -> Sequence[str]:
    """Return who has a mail whose subject has these words."""
    db.session.rollback()
    where = OutgoingMail.subject.contains(about)
    return db.session.scalars(sa.select(OutgoingMail.recipient).where(where).order_by(OutgoingMail.recipient)).all()


def days(first: int, last: int) -> list[datetime]:
    """Return a moment in the morning of each day."""
    return [berlin(first) + timedelta(days=n) for n in range(last - first + 1)]
