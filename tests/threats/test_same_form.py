"""The same form sent again and again, also at the same moment: one row, one answer."""

from functools import partial

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.threats.together import at_once
from tests.world import Browser, World
from uatapp.defects.models import Defect
from uatapp.kernel.db import db
from uatapp.web.models import FormSent

pytestmark = pytest.mark.proves("F16")
URL = "/projects/PAY/defects/new"
FORM = {"title": "The total is wrong", "severity": "major", "form_key": "k1"}


def _press(browser: Browser, **changes: str) -> TestResponse:
    return browser.post(URL, data=FORM | changes)


def _titles() -> list[str]:
    return list(db.session.scalars(sa.select(Defect.title).order_by(Defect.id)))


def test_pressed_many_times_at_once_it_is_one_row_with_one_answer(world: World, soak: bool) -> None:
    for count in (2, 50 if soak else 6):
        presses = [partial(_press, world.client("tester"), form_key=f"k{count}") for _ in range(count)]
        db.session.remove()
        answers = {(answer.status_code, answer.location) for answer in at_once(presses)}
        assert answers == {(303, f"/projects/PAY/defects/{len(_titles())}")}
    assert _titles() == [FORM["title"]] * 2


def test_pressed_again_later_it_leads_to_the_same_place(site: World) -> None:
    browser = site.client("tester")
    first, again, elsewhere = _press(browser), _press(browser), _press(site.client("tester"))
    assert first.location == again.location == elsewhere.location == "/projects/PAY/defects/1"
    assert len(_titles()) == 1


def test_with_other_content_it_is_refused_in_plain_words(site: World) -> None:
    browser = site.client("tester")
    _press(browser)
    refused = _press(browser, title="Something else")
    assert refused.status_code == 422
    assert "sent before with other content" in refused.text
    other = browser.post("/account", data={"name": "Marta", "zone": "UTC", "look": "auto", "form_key": "k1"})
    assert other.status_code == 422
    assert _titles() == [FORM["title"]]
    assert site.user("tester").name == "Marta Lindqvist"


def test_somebody_elses_same_key_is_their_own(site: World) -> None:
    first, other = _press(site.client("tester")), _press(site.client("manager"), title="Theirs")
    assert (first.location, other.location) == ("/projects/PAY/defects/1", "/projects/PAY/defects/2")
    assert _titles() == [FORM["title"], "Theirs"]


def test_a_refused_form_keeps_its_key_free(site: World) -> None:
    browser = site.client("tester")
    assert _press(browser, severity="odd").status_code == 422
    assert _press(browser).location == "/projects/PAY/defects/1"


def test_a_first_sending_that_never_answered_leads_back_to_the_page(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uatapp.web.forms.WAITS", 2)
    browser = site.client("tester")
    _press(browser)
    with db.engine.begin() as connection:
        connection.execute(sa.update(FormSent).values(location=""))
    back = browser.post(URL, data=FORM, headers={"Referer": f"http://localhost{URL}"})
    assert (back.status_code, back.location) == (303, f"http://localhost{URL}")
    assert browser.post(URL, data=FORM, headers={"Referer": "https://evil.example/"}).location == "/"
    assert len(_titles()) == 1
