"""Expensive work is done once at a time for each person, in all processes together; papers are made by a job."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import NoReturn

import pytest
import sqlalchemy as sa
import time_machine

from tests.signoffs.test_signing import bound, closed_cycle, request, sign
from tests.threats.together import at_once
from tests.world import World
from uatapp.accounts.turns import LONGEST, one_at_a_time
from uatapp.jobs.models import Job
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import TooMany

pytestmark = pytest.mark.proves("T38")
EXPORT = "/projects/PAY/results.xlsx"


def test_a_second_export_waits_until_the_first_is_there(world: World) -> None:
    browser, other = world.client("manager"), world.client("auditor")
    with one_at_a_time("results", world.actor("manager")):
        refused = browser.get(EXPORT)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
        assert "still being made" in refused.text
        assert other.get(EXPORT).status_code == 200
    assert browser.get(EXPORT).status_code == 200
    assert browser.get(EXPORT).status_code == 200


def test_of_many_at_once_one_is_served(world: World, soak: bool) -> None:
    count = 50 if soak else 5
    over, by = threading.Barrier(count), world.actor("manager")
    db.session.remove()

    def ask() -> bool:
        with world.app.app_context():
            try:
                with one_at_a_time("results", by):
                    over.wait(60)
                    return True
            except TooMany:
                over.wait(60)
                return False
            finally:
                db.session.remove()

    assert sorted(at_once([ask] * count)) == [False] * (count - 1) + [True]


def _break(by: Actor) -> NoReturn:
    with one_at_a_time("results", by):
        raise RuntimeError("the disk is full")


def test_a_turn_ends_with_an_error_and_by_itself_when_its_process_died(site: World) -> None:
    by = site.actor("manager")
    with pytest.raises(RuntimeError):
        _break(by)
    lost = one_at_a_time("results", by)
    lost.__enter__()  # never left, as by a process that was killed
    with pytest.raises(TooMany):
        _break(by)
    with time_machine.travel(clock.now() + LONGEST + timedelta(seconds=1)):
        assert site.client("manager").get(EXPORT).status_code in (200, 303)
        with pytest.raises(RuntimeError):
            _break(by)


def test_asking_for_a_certificate_again_and_again_makes_it_once(site: World, soak: bool) -> None:
    closed_cycle(site)
    number = request(site, "sponsor")
    sign(site, "sponsor", number, **bound(site, "sponsor", number))
    queued = sa.select(sa.func.count()).select_from(Job).where(Job.kind == "certificate.render")
    browsers = [site.client("sponsor") for _ in range(50 if soak else 5)]
    db.session.remove()
    with ThreadPoolExecutor(len(browsers)) as pool:
        asked = [partial(browser.get, f"/projects/PAY/signoffs/{number}/certificate.pdf") for browser in browsers]
        codes = {answer.status_code for answer in pool.map(lambda ask: ask(), asked)}
    assert codes == {409}
    assert db.session.scalar(queued) == 1
