"""The example while it is being made: its people, a project, and the day the story is at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import queries
from uatapp.projects.models import Project

KEY, NAME, ZONE = "OTC", "Order to cash", "Europe/Berlin"


class Stage:
    """The example while it is being made: its people, a project, and the day the story is at."""

    def __init__(self, key: str = KEY, ids: dict[str, int] | None = None, *, since: int) -> None:
        self.key, self.ids = key, ids or {}
        self.passwords: dict[str, str] = {}
        self.moment = datetime.now(ZoneInfo(ZONE)) + timedelta(days=since)

    @property
    def project(self) -> Project:
        found = queries.find_project(self.key)
        if found is None:
            raise RuntimeError("The project of the worked example is gone")
        return found

    def actor(self, name: str) -> Actor:
        return queries.actor_of(db.session.get_one(User, self.ids[name]))

    def date(self, days: int) -> date:
        """Return the calendar date so many days from today."""
        return clock.today(ZONE) + timedelta(days=days)

    def day(self, days: int, hour: int = 9, minute: int = 0) -> None:
        """Move the story to a working hour of a day relative to today, never back and never past now."""
        local = datetime.now(ZoneInfo(ZONE)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        wanted = local + timedelta(days=days)
        self.moment = min(max(wanted, self.moment), datetime.now(ZoneInfo(ZONE)))

    def pass_time(self, minutes: int) -> None:
        """Let some minutes pass, never past now."""
        self.moment = min(self.moment + timedelta(minutes=minutes), datetime.now(ZoneInfo(ZONE)))

    @contextmanager
    def act(self, name: str, minutes: int = 7) -> Iterator[tuple[Session, Actor]]:
        """Let a person do something at the story's moment, which then moves on a little."""
        actor = self.actor(name) if name != "system" else SYSTEM
        with clock.at(self.moment), unit_of_work(actor) as session:
            yield session, actor
        self.pass_time(minutes)
