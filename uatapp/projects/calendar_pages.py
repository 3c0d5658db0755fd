"""Pages about working calendars: a project's parties see them, each side's managers and administrators change them."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.accounts.models import Organisation, User
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, Stale, TooLarge
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import queries, rules, timetable
from uatapp.projects.administration import bp as administration
from uatapp.projects.forms import CalendarForm, HolidaysForm
from uatapp.projects.holidays import LARGEST_FILE, WEEKDAYS, Read, from_ics, from_lines
from uatapp.projects.models import Project
from uatapp.projects.months import months
from uatapp.web.access import requires
from uatapp.web.forms import Form

bp = Blueprint("calendars", __name__, url_prefix="/projects/<key:project>/calendar")
TEXTS = (*WEEKDAYS, "zone")


@bp.get("/")
@requires(Permission.PROJECT_READ)
def show(project: Project) -> ResponseReturnValue:
    """Show when a party of the project works: the viewer's own, or the one asked for."""
    of = request.args.get("of", "")
    parties = _parties(project)
    wanted = next((party for party in parties if str(party.id) == of), None)
    if of and wanted is None:
        raise NotFound
    return _page(wanted or _own(), parties, project.zone)


def _parties(project: Project) -> list[Organisation]:
    ids = [project.customer_id, *sorted(queries.partner_ids(project.id))]
    found = {row.id: row for row in db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))}
    return [found[party_id] for party_id in ids]


def _own(*, lock: bool = False) -> Organisation:
    of = db.session.scalar(sa.select(User.organisation_id).where(User.id == g.actor.user_id))
    return timetable.get_organisation(of or 0, lock=lock)


@bp.post("/<action:action>")
@requires(Permission.PROJECT_SET_UP)
def change(project: Project, action: str) -> ResponseReturnValue:
    """Save the hours of one's own organisation, enter days off, or take one off the list."""
    back = url_for(".show")
    return _change(action, lambda lock: _own(lock=lock), _parties(project), project.zone, back)


@administration.get("/organisations/<int:organisation_id>/calendar")
@requires(Permission.ADMINISTER)
def calendar(organisation_id: int) -> ResponseReturnValue:
    """Show when an organisation works."""
    return _page(timetable.get_organisation(organisation_id), [], timetable.zone_for(organisation_id))


@administration.post("/organisations/<int:organisation_id>/calendar/<action:action>")
@requires(Permission.ADMINISTER)
def change_calendar(organisation_id: int, action: str) -> ResponseReturnValue:
    """Save an organisation's hours, enter days off, or take one off the list."""
    back = url_for("administration.calendar", organisation_id=organisation_id)
    zone = timetable.zone_for(organisation_id)
    return _change(action, lambda lock: timetable.get_organisation(organisation_id, lock=lock), [], zone, back)


# ---- what both have in common ----


def _page(
    organisation: Organisation,
    parties: list[Organisation],
    zone: str,
    status: int = 200,
    refused: Form | None = None,
    stale: Stale | None = None,
) -> ResponseReturnValue:
    found, saved = timetable.calendar_of(organisation.id, zone), timetable.find_saved(organisation.id)
    rows = timetable.list_holidays(organisation.id)
    texts = timetable.texts_of(found)
    began = texts | {f"was_{name}": text for name, text in texts.items()} | {"version": saved.version if saved else 0}
    hours = refused if isinstance(refused, CalendarForm) else CalendarForm(formdata=None, data=began)
    today = clock.today(found.zone)
    page = render_template(
        "projects/calendar.html",
        organisation=organisation,
        parties=parties,
        hours=hours,
        holidays=refused if isinstance(refused, HolidaysForm) else HolidaysForm(formdata=None),
        both=hours.merge(texts) if stale else {},
        stale=stale,
        saved=saved,
        zone=found.zone,
        weekdays=WEEKDAYS,
        coming=[row for row in rows if row.day >= today],
        past=[row for row in rows if row.day < today],
        months=months(found, {row.day: row.name for row in rows}, today),
        may_change=rules.why_not_calendar(g.actor, organisation.name) is None,
        act=_addresses(organisation),
    )
    return page, status


def _addresses(organisation: Organisation) -> Callable[[str], str]:
    """Return where the page's forms lead: within the project, or within the administration."""
    if g.project is not None:
        return lambda action: url_for("calendars.change", action=action)
    return lambda action: url_for("administration.change_calendar", organisation_id=organisation.id, action=action)


def _change(
    action: str, load: Callable[[bool], Organisation], parties: list[Organisation], zone: str, back: str
) -> ResponseReturnValue:
    take = ACTS.get(action)
    if take is None:
        raise NotFound
    form_of, use_case, said = take
    form = form_of()
    try:
        with unit_of_work(g.actor):
            use_case(load(True), form)
    except Invalid as error:
        form.refuse(error)
        return _page(load(False), parties, zone, 422, form)
    except Stale as error:
        form.version.data, form.version.raw_data = error.version, None
        return _page(load(False), parties, zone, 409, form, error)
    flash(str(said()), "done")
    return redirect(back, 303)


def _save_hours(organisation: Organisation, form: Any) -> None:
    typed = {name: form[name].data or "" for name in TEXTS}
    timetable.set_hours(organisation, typed, version=form.version.data or 0, by=g.actor)


def _add_holidays(organisation: Organisation, form: Any) -> None:
    timetable.add_holidays(organisation, _read(form), by=g.actor)


def _read(form: Any) -> Read:
    """Return the days of the file, where there is one, else the lines."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return from_lines(form.days.data or "")
    data = upload.stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise TooLarge(_("Calendar files are smaller than 1 MB. Choose one with the holidays only."))
    found = from_ics(data)
    if found.unread and found.holidays:  # repeated events and those of some hours are no days off
        return Read(found.holidays, ())
    return found


def _remove_holiday(organisation: Organisation, form: Any) -> None:
    timetable.remove_holiday(organisation, request.form.get("day", ""), by=g.actor)


Act = tuple[type[Form], Callable[[Organisation, Any], None], Callable[[], str]]
ACTS: dict[str, Act] = {
    "hours": (CalendarForm, _save_hours, lambda: _("Saved. Deadlines are counted anew with these hours.")),
    "holidays": (HolidaysForm, _add_holidays, lambda: _("Entered. Deadlines are counted anew with these days off.")),
    "remove": (Form, _remove_holiday, lambda: _("Taken off the list. Deadlines are counted anew.")),
}
