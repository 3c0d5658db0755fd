"""Clocks that jump: the order of the audit trail is that of its numbers, and its times never run back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine

from tests.accounts.reading import link_in, mails_to
from tests.audit.test_writer import tell
from tests.world import World
from uatapp.audit import queries
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.operations.verify import Options, verify

pytestmark = pytest.mark.proves("F23", "E31")
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
START = datetime(2036, 3, 2, 8, tzinfo=UTC)


def _times(since: int = 0) -> list[str]:
    statement = sa.select(AuditEntry.at).where(AuditEntry.chain == "PAY", AuditEntry.seq > since)
    return list(db.session.scalars(statement.order_by(AuditEntry.seq)))


@pytest.mark.parametrize("jump", [-HOUR, YEAR, -YEAR, timedelta(milliseconds=-1)])
def test_times_never_run_back_whatever_the_clock_does(world: World, jump: timedelta) -> None:
    known = len(_times())
    with time_machine.travel(START, tick=False) as now:
        for at in (START, START + jump, START + HOUR / 60):
            now.move_to(at)
            tell(world)
    times = [datetime.fromisoformat(at) for at in _times(known)]
    latest = max(START, START + jump)
    assert times == [START, latest, max(latest, START + HOUR / 60)]
    assert verify(Options(project="PAY")).findings == []


@pytest.mark.parametrize(("day", "hours"), [(date(2036, 3, 30), 23), (date(2036, 10, 26), 25), (date(2036, 6, 1), 24)])
def test_the_nights_in_which_clocks_change_have_their_own_length(site: World, day: date, hours: int) -> None:
    zone = site.project.zone
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    with time_machine.travel(noon - 24 * HOUR, tick=False) as now:
        for _hour in range(48):
            tell(site)
            now.shift(HOUR)
    times = _times()[-48:]
    assert times == sorted(set(times))
    asked = queries.entries("PAY", queries.Wanted(since=day, until=day), zone)
    assert len(db.session.execute(asked).all()) == hours


def test_no_link_or_session_outlives_a_clock_that_went_ahead(site: World) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.client().post("/reset", data={"email": "tester@example.com"})
        link, browser = link_in(mails_to("tester@example.com")[0]), site.client("tester")
        now.shift(YEAR)
        assert browser.get("/account").status_code == 303
        assert site.client().get(link).location == "/reset"
