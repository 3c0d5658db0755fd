"""Use cases of working calendars: what an organisation's calendar is, its hours, its days off."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.forms import zones
from uatapp.accounts.models import Organisation
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from uatapp.kernel.uow import record
from uatapp.projects import rules
from uatapp.projects.calendars import OFFICE_HOURS, Week, WorkingCalendar
from uatapp.projects.events import CalendarChanged, HolidayRemoved, HolidaysAdded
from uatapp.projects.holidays import MOST, WEEKDAYS, Read, UnclearHoursError, hours_as, hours_from
from uatapp.projects.models import OrganisationCalendar, OrganisationHoliday, Project

NOWHERE = "Europe/Berlin"  # the zone offered to an organisation that is a party of no project yet


def get_organisation(organisation_id: int, *, lock: bool = False) -> Organisation:
    """Return an organisation; refuse (NotFound) what is not there. Two who change its calendar wait for each other."""
    statement = sa.select(Organisation).where(Organisation.id == organisation_id)
    found = db.session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound
    return found


def find_saved(organisation_id: int) -> OrganisationCalendar | None:
    """Return an organisation's own hours, None while it has not changed ours."""
    statement = sa.select(OrganisationCalendar).where(OrganisationCalendar.organisation_id == organisation_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def list_holidays(organisation_id: int) -> Sequence[OrganisationHoliday]:
    """Return an organisation's days off, the earliest first."""
    statement = sa.select(OrganisationHoliday).where(OrganisationHoliday.organisation_id == organisation_id)
    return db.session.scalars(statement.order_by(OrganisationHoliday.day)).all()


def calendar_of(organisation_id: int, zone: str = NOWHERE) -> WorkingCalendar:
    """Return when an organisation works: Monday to Friday, 9 to 17 o'clock in `zone`, until it says otherwise."""
    saved, holidays = find_saved(organisation_id), list_holidays(organisation_id)
    days_off = {row.day: row.closed_from for row in holidays}
    if saved is None:
        return WorkingCalendar(zone, OFFICE_HOURS, days_off)
    return WorkingCalendar(saved.zone, _week(saved.week), days_off)


def _week(stored: Sequence[Sequence[Sequence[int]]]) -> Week:
    return tuple(tuple((first, last) for first, last in spans) for spans in stored)


def zone_for(organisation_id: int) -> str:
    """Return the zone of the first project that an organisation is the customer of, to begin its calendar with."""
    statement = sa.select(Project.zone).where(Project.customer_id == organisation_id).order_by(Project.id).limit(1)
    return db.session.scalar(statement) or NOWHERE


def texts_of(calendar: WorkingCalendar) -> dict[str, str]:
    """Return a calendar's hours and zone as people type them, by field."""
    return {day: hours_as(spans) for day, spans in zip(WEEKDAYS, calendar.week, strict=True)} | {"zone": calendar.zone}


def set_hours(organisation: Organisation, typed: dict[str, str], *, version: int, by: Actor) -> None:
    """Change the hours of a week. Refuses hours that cannot be read, a week without any, and (Stale) a saved one."""
    _may_change(organisation, by)
    week = _hours(typed)
    if typed["zone"] not in zones():
        sentence = _("Choose a time zone of the list.")
        raise Invalid(sentence, fields={"zone": sentence})
    saved = find_saved(organisation.id)
    if (saved.version if saved else 0) != version:
        sentence = _("Look at both, then save the hours of %(name)s again.", name=organisation.name)
        raise Stale(sentence, version=saved.version if saved else 0)
    if saved is None:
        saved = OrganisationCalendar(organisation_id=organisation.id, version=0)
        db.session.add(saved)
    saved.zone, saved.week, saved.version = typed["zone"], [[list(span) for span in day] for day in week], version + 1
    told = CalendarChanged(
        project_id=None,
        subject=organisation.name,
        by=by,
        organisation_id=organisation.id,
        hours=tuple(f"{day} {hours_as(spans)}" for day, spans in zip(WEEKDAYS, week, strict=True) if spans),
        zone=saved.zone,
    )
    record(told, saved)


def _hours(typed: dict[str, str]) -> Week:
    week, fields = [], {}
    for day in WEEKDAYS:
        try:
            week.append(hours_from(typed[day]))
        except UnclearHoursError as unclear:
            fields[day] = _("“%(words)s” is not clear. Write hours such as 9:00-12:00, 13:00-17:00.", words=unclear)
    if not fields and not any(week):
        fields["monday"] = _("Enter working hours for at least one day; else no deadline could ever be reached.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    return tuple(week)


def add_holidays(organisation: Organisation, read: Read, *, by: Actor) -> int:
    """Enter days off, or change those that are there; return how many. Refuses lines that cannot be read, and none."""
    _may_change(organisation, by)
    _check_read(read)
    present = {row.day: row for row in list_holidays(organisation.id)}
    rows = []
    for holiday in read.holidays:
        row = present.get(holiday.day) or OrganisationHoliday(organisation_id=organisation.id, day=holiday.day)
        row.name, row.closed_from = holiday.name, holiday.closed_from
        rows.append(row)
    db.session.add_all(rows)
    told = HolidaysAdded(
        project_id=None,
        subject=organisation.name,
        by=by,
        organisation_id=organisation.id,
        count=len(rows),
        items=tuple(f"{row.day.isoformat()} {row.name}".strip() for row in rows),
    )
    record(told, *rows)
    return len(rows)


def _check_read(read: Read) -> None:
    sentence = ""
    if read.unread:
        words = ", ".join(f"“{words[:60]}”" for words in read.unread[:3])
        sentence = _("We could not read %(words)s. Write the day first: 2026-12-25 Christmas Day.", words=words)
    elif not read.holidays:
        sentence = _("Write at least one day, such as “2026-12-25 Christmas Day”.")
    elif len(read.holidays) > MOST:
        sentence = _("These are %(n)s days. Enter at most %(most)s at a time.", n=len(read.holidays), most=MOST)
    if sentence:
        raise Invalid(sentence, fields={"days": sentence})


def remove_holiday(organisation: Organisation, day: str, *, by: Actor) -> None:
    """Take a day off the list; one that is gone already changes nothing."""
    _may_change(organisation, by)
    row = next((row for row in list_holidays(organisation.id) if row.day.isoformat() == day), None)
    if row is None:
        return
    db.session.delete(row)
    told = HolidayRemoved(
        project_id=None, subject=organisation.name, by=by, organisation_id=organisation.id, day=day, name=row.name
    )
    record(told, row)


def _may_change(organisation: Organisation, by: Actor) -> None:
    if reason := rules.why_not_calendar(by, organisation.name):
        raise NotAllowed(_(reason))
