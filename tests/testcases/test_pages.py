"""Pages about tests: one test, and deciding what a change means."""

import re

from tests.requirements.steps import approve_all, bring_in, cases, put_into_use
from tests.requirements.texts import ORDERS, edited
from tests.world import World
from uatapp.kernel.db import db

URL = "/projects/PAY/tests"


def changed(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    approve_all(site)
    put_into_use(site)
    bring_in(site, {"orders.feature": edited(ORDERS, "open account", "closed account")})
    approve_all(site)
    db.session.rollback()


def test_a_test_is_shown_step_by_step_with_its_values(site: World) -> None:
    changed(site)
    page = site.client("tester").get(f"{URL}/2").get_data(as_text=True)
    assert "Before you start" in page
    assert "You order 1 pieces at 10.00" in page
    assert re.search(r"<dt>total</dt>\s*<dd>10.00</dd>", page)
    assert "This test has changed since it was used." in page
    assert site.client("tester").get(f"{URL}/2?version=1").status_code == 200
    assert site.client("tester").get(f"{URL}/99").status_code == 404
    assert site.client("stranger").get(f"{URL}/2").status_code == 404


def test_old_and_new_stand_side_by_side(site: World) -> None:
    changed(site)
    page = site.client("analyst").get(f"{URL}/changed").get_data(as_text=True)
    assert page.count("<del>Given a customer with an open account</del>") == 3
    assert page.count("<ins>Given a customer with an closed account</ins>") == 3


def test_deciding_for_several_at_once(site: World) -> None:
    changed(site)
    client = site.client("analyst")
    answer = client.post(f"{URL}/changed", data={"chosen": ["1", "2"], "decision": "test_again"})
    assert answer.status_code == 303
    assert [c.state.value for c in cases(site)] == ["ready", "ready", "suspect"]
    db.session.rollback()
    answer = client.post(f"{URL}/changed", data={"chosen": "3", "decision": "results_stand", "reason": ""})
    assert answer.status_code == 422
    assert "Say in a sentence or two" in answer.get_data(as_text=True)
    data = {"chosen": "3", "decision": "results_stand", "reason": "A closed account was tested too."}
    assert client.post(f"{URL}/changed", data=data).status_code == 303
    assert [(c.state.value, c.valid_from) for c in cases(site)] == [("ready", 2), ("ready", 2), ("ready", 1)]
    db.session.rollback()
    assert "A closed account was tested too." in client.get(f"{URL}/3").get_data(as_text=True)


def test_choosing_nothing_is_refused(site: World) -> None:
    changed(site)
    client = site.client("analyst")
    assert client.post(f"{URL}/changed", data={"chosen": "1"}).status_code == 422
    assert client.post(f"{URL}/changed", data={"decision": "test_again"}).status_code == 422


def test_others_read_who_decides(site: World) -> None:
    changed(site)
    page = site.client("manager").get(f"{URL}/changed").get_data(as_text=True)
    assert "Anna Analyst" in page
    data = {"chosen": "1", "decision": "test_again"}
    assert site.client("manager").post(f"{URL}/changed", data=data).status_code == 403
    assert site.client("tester").post(f"{URL}/changed", data=data).status_code == 403


def test_the_list_finds_by_number_words_and_state(site: World) -> None:
    changed(site)
    client = site.client("lead")
    for query, titles in {"": 3, "?q=total": 2, "?q=PAY-T1": 1, "?state=suspect": 3, "?state=retired": 0}.items():
        page = client.get(f"{URL}/{query}").get_data(as_text=True)
        assert page.count("row-item__title") == titles
