"""How times, dates, sizes and fingerprints are written on pages, and what a template may ask of the viewer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, session
from flask_babel import format_date, format_datetime, format_time
from flask_babel import gettext as _

from uatapp.kernel import clock
from uatapp.kernel.permissions import Permission


def install(app: Flask) -> None:
    """Give templates our filters and `can("defects.raise")`."""
    for name in (when, exactly, day, date_in_full, month, size, grouped, duration, translated):
        app.jinja_env.filters[name.__name__] = name
    app.jinja_env.globals["can"] = can


def can(permission: str) -> bool:
    """Say whether the viewer holds a permission in the project shown."""
    actor, project = g.get("actor"), g.get("project")
    return actor is not None and actor.may(Permission(permission), project.id if project is not None else None)


def _zone() -> ZoneInfo:
    """Return the viewer's zone, in which instants are shown; the project's where nobody views (papers, mails)."""
    return ZoneInfo(session["zone"]) if has_request_context() and "zone" in session else _project_zone()


def _project_zone() -> ZoneInfo:
    """Return the project's zone, to which calendar dates belong."""
    project = g.get("project")
    return ZoneInfo(project.zone if project is not None else "UTC")


def when(instant: datetime) -> str:
    """Write an instant for people: "Today, 14:05", "Mon 16 Nov, 9:22", with the year when it is another."""
    local = instant.astimezone(_zone())
    today = clock.now().astimezone(_zone()).date()
    time = format_time(local, "H:mm", rebase=False)
    if local.date() == today:
        return str(_("Today, %(time)s", time=time))
    if local.date() == today - timedelta(days=1):
        return str(_("Yesterday, %(time)s", time=time))
    pattern = "EEE d MMM" if local.year == today.year else "d MMM yyyy"
    return f"{format_date(local.date(), pattern)}, {time}"


def exactly(instant: datetime) -> str:
    """Write an instant with date, time and zone, as on anything signed."""
    local = instant.astimezone(_zone())
    return f"{format_datetime(local, 'd MMMM yyyy, HH:mm', rebase=False)} {local.tzname()}"


def day(value: date) -> str:
    """Write a calendar date; today and its neighbours by name."""
    today = clock.now().astimezone(_project_zone()).date()
    named = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((value - today).days)
    if named:
        return str(named)
    return str(format_date(value, "EEE d MMM" if value.year == today.year else "d MMM yyyy"))


def date_in_full(value: date) -> str:
    """Write a calendar date with its weekday and year, as on anything agreed: “Fri 4 Dec 2026”."""
    return str(format_date(value, "EEE d MMM yyyy"))


def month(value: date) -> str:
    """Write a month: “December 2026”."""
    return str(format_date(value, "MMMM yyyy"))


def size(count: int) -> str:
    """Write a number of bytes for people."""
    if count < 1024 * 1024:
        return f"{max(1, count // 1024)} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def grouped(text: str, every: int = 4) -> str:
    """Write a fingerprint or code in groups, as people compare it."""
    return " ".join(text[i : i + every] for i in range(0, len(text), every))


def duration(minutes: int) -> str:
    """Write a number of minutes for people."""
    hours, rest = divmod(minutes, 60)
    return str(_("%(h)s h %(m)s min", h=hours, m=rest) if hours else _("%(m)s min", m=rest))


def translated(text: str) -> str:
    """Translate words that were stored, which may hold a % of their own."""
    return str(_(text))
