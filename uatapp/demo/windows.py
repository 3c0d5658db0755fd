"""The example's calendars and acceptance window: both sides' hours and days off, and what their contract says."""

from datetime import date

import sqlalchemy as sa

from uatapp.accounts.models import Organisation
from uatapp.demo.stage import ZONE, Stage
from uatapp.jobs import service as jobs
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects import timetable
from uatapp.projects.holidays import WEEKDAYS, Holiday, Read
from uatapp.signoffs import terms

CLAUSE = (
    "§ 9.4 The customer decides within fifteen working days after the request. The days do not count while a critical\n"
    "defect is open. If the customer has not decided by then, the software in this scope is deemed accepted."
)
HOURS = {
    "manager": (*("8:00-12:00, 12:30-16:30",) * 4, "8:00-14:00", "", ""),
    "partner_manager": (*("9:00-17:30",) * 5, "", ""),
}


def agree(stage: Stage) -> None:
    """Let each project manager enter the own calendar; the partner proposes the window and the customer agrees."""
    stage.day(-29, 9)
    for who, hours in HOURS.items():
        _calendar(stage, who, dict(zip(WEEKDAYS, hours, strict=True)))
    with stage.act("partner_manager") as (_session, by):
        number = terms.propose(stage.project, terms.Proposal(15, 5, 3, CLAUSE), by=by).number
    stage.day(-29, 14)
    with stage.act("manager") as (_session, by):
        terms.decide(stage.project, number, "agree", "", by=by)
    jobs.run_due()  # the mails about it


def _calendar(stage: Stage, who: str, hours: dict[str, str]) -> None:
    with stage.act(who) as (_session, by):
        organisation = timetable.get_organisation(_organisation_id(stage, who), lock=True)
        timetable.set_hours(organisation, {**hours, "zone": ZONE}, version=0, by=by)
        timetable.add_holidays(organisation, Read(tuple(_days_off()), ()), by=by)


def _organisation_id(stage: Stage, who: str) -> int:
    where = Organisation.name == stage.actor(who).organisation
    return db.session.scalars(sa.select(Organisation.id).where(where)).one()


def _days_off() -> list[Holiday]:
    """Return this year's and next year's Christmas and New Year."""
    found = []
    for year in (clock.today(ZONE).year, clock.today(ZONE).year + 1):
        found.append(Holiday(date(year, 1, 1), "New Year"))
        found.append(Holiday(date(year, 12, 24), "Christmas Eve", 12 * 60))
        found += [Holiday(date(year, 12, day), name) for day, name in ((25, "Christmas Day"), (26, "Boxing Day"))]
    return found
