"""The acceptance clock of each open request: started, paused, resumed, its date told. It never signs anything.

Every change comes from an event in the same transaction (the request, a problem, the customer's calendar); once a day a
job looks at all clocks again and tells people what comes.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from uatapp.cycles.models import Assignment
from uatapp.defects.events import DefectLinked, DefectMoved, DefectRaised, SeverityChanged
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN, Severity
from uatapp.jobs.registry import job
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.calendars import WorkingCalendar
from uatapp.projects.events import CalendarChanged, HolidayRemoved, HolidaysAdded
from uatapp.projects.models import Project
from uatapp.projects.timetable import calendar_of
from uatapp.signoffs import acceptance_events as events
from uatapp.signoffs import notices, queries, terms, windows
from uatapp.signoffs.events import SignoffRequested
from uatapp.signoffs.models import AcceptanceClock, AcceptancePause, Signoff
from uatapp.signoffs.states import SignoffState

JOB = "signoffs.acceptance_windows"
NOBODY_KNOWS = "not known while it is paused"
Running = tuple[AcceptanceClock, Signoff]


def find_clock(signoff_id: int) -> AcceptanceClock | None:
    """Return the clock of a request with its terms, None where the contract has no window."""
    statement = sa.select(AcceptanceClock).where(AcceptanceClock.signoff_id == signoff_id)
    return db.session.scalar(statement.options(joinedload(AcceptanceClock.terms)))


def pauses(signoff_id: int) -> list[windows.Pause]:
    """Return the pauses of a request's clock as rules see them, the oldest first."""
    statement = sa.select(AcceptancePause).where(AcceptancePause.signoff_id == signoff_id).order_by(AcceptancePause.id)
    return [windows.Pause(row.began_at, row.ended_at, row.because) for row in db.session.scalars(statement)]


def blockers(project: Project, signoff: Signoff) -> list[str]:
    """Return the critical problems in a request's scope that are open: of its cycles' tests, or of no test at all."""
    cycle_ids = queries.cycle_ids(signoff.id)
    here = sa.select(DefectLink.defect_id).join(Assignment, Assignment.id == DefectLink.assignment_id)
    linked = sa.exists().where(DefectLink.defect_id == Defect.id)
    statement = (
        sa.select(Defect.number)
        .where(Defect.project_id == project.id, Defect.state.in_(OPEN), Defect.severity == Severity.CRITICAL)
        .where(sa.or_(Defect.id.in_(here.where(Assignment.cycle_id.in_(cycle_ids))), ~linked))
        .order_by(Defect.number)
    )
    return [written(project.key, Kind.DEFECT, number) for number in db.session.scalars(statement)]


def customers_calendar(project: Project) -> WorkingCalendar:
    return calendar_of(project.customer_id, project.zone)


def read(project: Project, signoff: Signoff, running: AcceptanceClock, now: datetime) -> windows.Reading:
    """Read a request's clock on the customer's calendar as it is now."""
    agreed, calendar = running.terms, customers_calendar(project)
    stood = pauses(signoff.id)
    days, notice = agreed.review_days, agreed.notice_days
    return windows.read(calendar, signoff.requested_at, days, stood, now, notice_days=notice)


# ---- what happens elsewhere ----


def on_requested(event: SignoffRequested) -> None:
    """Start the clock of a request, where both sides have agreed a window."""
    project = db.session.get_one(Project, event.project_id)
    found = terms.agreed(project.id)
    if found is None:
        return
    signoff = db.session.get_one(Signoff, event.signoff_id)
    running = AcceptanceClock(project_id=project.id, signoff_id=signoff.id, terms_id=found.id)
    db.session.add(running)
    db.session.flush()
    running = _get(signoff.id)
    _change_pause(project, signoff, event.by)
    running.silence_on = read(project, signoff, running, clock.now()).silence_on
    told = events.ClockStarted(
        project_id=project.id,
        subject=event.subject,
        by=event.by,
        days=found.review_days,
        terms=found.reference,
        day=_as_text(running.silence_on),
    )
    record(told, running)


def _get(signoff_id: int) -> AcceptanceClock:
    found = find_clock(signoff_id)
    assert found is not None  # noqa: S101 - asked only where one was just found or made
    return found


def on_defect_changed(event: DefectRaised | DefectLinked | DefectMoved | SeverityChanged) -> None:
    """Pause the clocks whose scope has a critical problem open now, and let the others run."""
    if event.project_id is not None:
        _look(db.session.get_one(Project, event.project_id), event.by)


def on_calendar_changed(event: CalendarChanged | HolidaysAdded | HolidayRemoved) -> None:
    """Reckon the dates anew where the customer's working days have changed, and tell them."""
    where = (Project.customer_id == event.organisation_id, Signoff.state == SignoffState.REQUESTED)
    statement = sa.select(Project).join(Signoff, Signoff.project_id == Project.id).where(*where)
    for project in db.session.scalars(statement.distinct().order_by(Project.id)).all():
        for running, signoff in _running(project):
            why = _("The customer’s working days have changed.")
            _settle(project, signoff, running, event.by, why)


def _running(project: Project) -> Sequence[Running]:
    """Return the open requests of a project that have a clock, locked, the oldest first."""
    statement = (
        sa.select(AcceptanceClock, Signoff)
        .join(Signoff, Signoff.id == AcceptanceClock.signoff_id)
        .where(Signoff.project_id == project.id, Signoff.state == SignoffState.REQUESTED)
        .options(joinedload(AcceptanceClock.terms))
        .order_by(Signoff.number)
    )
    return [(running, signoff) for running, signoff in db.session.execute(statement.with_for_update(of=Signoff))]


def _look(project: Project, by: Actor) -> None:
    for running, signoff in _running(project):
        if why := _change_pause(project, signoff, by):
            _settle(project, signoff, running, by, why)


def _change_pause(project: Project, signoff: Signoff, by: Actor) -> str:
    """Begin or end a pause as the problems in scope say; return what changed in a sentence, "" for nothing."""
    where = (AcceptancePause.signoff_id == signoff.id, AcceptancePause.ended_at.is_(None))
    present, critical = db.session.scalar(sa.select(AcceptancePause).where(*where)), blockers(project, signoff)
    if bool(critical) == (present is not None):
        return ""
    told: events.ClockPaused | events.ClockResumed
    subject = written(project.key, Kind.SIGNOFF, signoff.number)
    if present is None:
        because = ", ".join(critical)
        present = AcceptancePause(project_id=project.id, signoff_id=signoff.id, because=because, began_at=clock.now())
        db.session.add(present)
        told = events.ClockPaused(project_id=project.id, subject=subject, by=by, because=because)
        why = _("The review window is paused, because a critical problem is open: %(what)s.", what=because)
    else:
        present.ended_at = max(clock.now(), present.began_at)
        told = events.ClockResumed(project_id=project.id, subject=subject, by=by)
        why = _("The review window goes on: no critical problem is open any more.")
    record(told, present)
    db.session.flush()
    return str(why)


def _settle(project: Project, signoff: Signoff, running: AcceptanceClock, by: Actor, why: str) -> None:
    """Keep the date on which silence counts, and tell everybody when it is another."""
    before, now = running.silence_on, read(project, signoff, running, clock.now()).silence_on
    if before == now:
        return
    running.silence_on = now
    told = events.SilenceMoved(
        project_id=project.id,
        subject=written(project.key, Kind.SIGNOFF, signoff.number),
        by=by,
        from_=_as_text(before),
        to=_as_text(now),
        why=why,
    )
    record(told, running)
    notices.moved(project, signoff, now, why)


def _as_text(day: date | None) -> str:
    return day.isoformat() if day else NOBODY_KNOWS


# ---- once a day ----


@job(JOB, daily=_l("Telling when review windows end"))
def tell_daily() -> None:
    """Look at every open request's clock, and tell people some days before silence counts, and on the day; once each."""
    statement = (
        sa.select(Signoff.project_id)
        .join(AcceptanceClock, AcceptanceClock.signoff_id == Signoff.id)
        .where(Signoff.state == SignoffState.REQUESTED)
    )
    project_ids = db.session.scalars(statement.distinct().order_by(Signoff.project_id)).all()
    for project_id in project_ids:
        with unit_of_work(SYSTEM):
            tell(db.session.get_one(Project, project_id))


def tell(project: Project) -> None:
    """Tell what is due in one project, in the open unit of work."""
    _look(project, SYSTEM)
    today = clock.today(customers_calendar(project).zone)
    for running, signoff in _running(project):
        _settle(project, signoff, running, SYSTEM, _("The customer’s working days have changed."))
        reading = read(project, signoff, running, clock.now())
        if reading.paused is None and reading.silence_on is not None and reading.notice_on is not None:
            _tell_due(project, signoff, running, reading.silence_on, reading.notice_on, today)


def _tell_due(
    project: Project, signoff: Signoff, running: AcceptanceClock, silence_on: date, notice_on: date, today: date
) -> None:
    if silence_on <= today and running.reached_for != silence_on:
        running.reached_for = running.noticed_for = silence_on
        _noticed(project, signoff, running, notices.reached(project, signoff, silence_on), "reached")
    elif notice_on <= today and running.noticed_for != silence_on:
        running.noticed_for = silence_on
        _noticed(project, signoff, running, notices.before(project, signoff, silence_on), "before")


def _noticed(project: Project, signoff: Signoff, running: AcceptanceClock, count: int, when: str) -> None:
    told = events.SilenceNoticed(
        project_id=project.id,
        subject=written(project.key, Kind.SIGNOFF, signoff.number),
        by=SYSTEM,
        count=count,
        day=_as_text(running.silence_on),
        when=when,
    )
    record(told, running)
