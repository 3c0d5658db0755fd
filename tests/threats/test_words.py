"""Hostile words: looked for, sorted by and filtered by in every list, and printed wherever a name is printed."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.factories import flow, problems
from tests.threats import endpoints
from tests.threats.test_foreign import ids
from tests.threats.two import Two
from tests.world import World
from uatapp.accounts import service as accounts
from uatapp.accounts.models import User
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects import service as projects

# every name that a page reads from its address
ASKED = {
    "requirements/": ("unit", "process", "page"),
    "requirements/find": ("q", "standing", "unit", "process", "document", "page"),
    "requirements/waiting": ("document", "page"),
    "requirements/1": ("version",),
    "tests/": ("q", "state", "page"),
    "tests/1": ("version",),
    "tests/changed": ("requirement", "page"),
    "cycles/1": ("state", "tester", "page"),
    "cycles/1/scope": ("expression", "unit", "process", "document", "show", "page"),
    "cycles/1/assign": ("expression", "unit", "process", "document", "show", "page"),
    "defects/": ("show", "severity", "page"),
    "defects/new": ("run",),
    "audit/": ("person", "subject", "since", "until", "page"),
    "signoffs/": ("page",),
    "results.xlsx": ("cycle",),
}
SQL = (
    *("' OR 1=1--", '") UNION SELECT 1--', "1;DROP TABLE user", "name;select pg_sleep(5)", "1 OR 1=1"),
    *("CASE WHEN 1=1 THEN 1 ELSE 2 END", "\\' OR ''='", "%", "_", "%' ESCAPE '", "$$", ":param", "?"),
)
SLOW = (
    "(a+)+$ " + "a" * 50,
    "a" * 10_000,
    "%" * 5_000,
    "_%" * 2_000,
    "(" * 5_000,
    "not " * 3_000 + "@a",
    "@a or " * 3_000 + "@a",
)
NO_TEXT = ("\x00", "a\x00b")
# a lone surrogate, and bytes that are no UTF-8, as a browser of no good will sends them
RAW = ("%ED%A0%80", "%FF%FE", "%C0%80", "%ED%B0%80x")


def _broken(world: World, given: tuple[str, ...]) -> list[str]:
    """Ask every page with these words in turn; return what was neither answered nor refused in plain words."""
    browser, wrong = world.client("manager"), []
    for page, names in ASKED.items():
        for name in names:
            for words in given:
                answer = browser.get(f"/projects/PAY/{page}", query_string={name: words})
                if answer.status_code not in (200, 404, 422) or b"[SQL:" in answer.get_data():
                    wrong.append(f"{page}?{name}={words:.20}: {answer.status_code}")
    return wrong


@pytest.mark.proves("T31", "T32")
def test_no_word_in_an_address_reaches_the_database_as_anything_but_a_word(world: World, soak: bool) -> None:
    flow.open_cycle(world, flow.make_cases(world, 2))
    before = db.session.scalar(sa.select(sa.func.count()).select_from(User))
    words = (*SQL, *SLOW) if soak else (*SQL[:4], SLOW[0], SLOW[4])
    assert _broken(world, words) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == before


@pytest.mark.proves("T31", "T32")
def test_a_search_finds_words_and_no_patterns(world: World) -> None:
    flow.make_cases(world, 3)
    browser = world.client("manager")
    for page in ("requirements/find", "tests/"):
        found = {
            q: "is saved" in browser.get(f"/projects/PAY/{page}", query_string={"q": q}).text for q in ("saved", *SQL)
        }
        assert [q for q, hit in found.items() if hit] == ["saved"], page


@pytest.mark.proves("T31")
@pytest.mark.parametrize("words", SLOW, ids=lambda words: words[:8])
def test_searches_and_tag_expressions_that_grow_are_refused_or_answered(site: World, words: str) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    browser = site.client("manager")
    for page, name in (("requirements/find", "q"), ("tests/", "q"), ("cycles/1/scope", "expression")):
        assert browser.get(f"/projects/PAY/{page}", query_string={name: words}).status_code in (200, 422)
    assert browser.post("/projects/PAY/cycles/1/scope", data={"expression": words, "do": "all_in"}).status_code in (
        303,
        422,
    )


@pytest.mark.proves("T32")
def test_characters_that_no_database_stores_are_refused(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    assert _broken(world, NO_TEXT) == []
    browser = world.client("manager")
    for raw in RAW:
        for page in (
            "requirements/find?q=",
            "tests/?q=",
            "cycles/1/scope?expression=",
            "audit/?subject=",
            "runs/",
            "members/",
        ):
            assert browser.get(f"/projects/PAY/{page}{raw}").status_code in (200, 404, 422)
    build = "/projects/PAY/set-up/build"
    for fields in ({"name": "a\x00"}, {"name": "a", "notes\x00": "b"}, {"name": ["a", "a\x00"], "notes": "b"}):
        assert browser.post(build, data=fields).status_code == 422
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for raw in RAW:
        assert browser.post(build, data=f"name=x{raw}&notes={raw}", headers=headers).status_code in (303, 422)
    assert "x" in browser.get("/projects/PAY/set-up").text


@pytest.mark.proves("T32")
def test_names_of_files_with_such_characters_are_refused_or_cleaned(site: World) -> None:

    browser = site.client("analyst")
    for name in ("a\x00b.feature", "a\udcff.feature", "\u202egpj.feature"):
        file = (BytesIO(flow.feature(1)), name.encode("utf-8", "surrogateescape").decode("latin-1"))
        answer = browser.post("/projects/PAY/requirements/upload", data={"files": file})
        assert answer.status_code in (303, 422)


TEMPLATES = (
    "{{7*7}}",
    "{{ config }}",
    "{% for x in [1] %}49{% endfor %}",
    "{0.__class__}",
    "%(name)s",
    "${7*7}",
    "%s%n",
    "{name}",
)


@pytest.mark.proves("T33")
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_name_that_looks_like_a_template_is_printed_as_it_is(site: World, name: str) -> None:
    """In the list of people, on pages of the flow, in the audit trail and in mails."""
    site.app.config["HOSTILE"] = True
    manager = site.actor("manager")
    with unit_of_work(manager):
        accounts.change_profile(
            site.user("manager"), by=manager, name=f"N {name}", job_title=f"J {name}", zone="UTC", look="auto"
        )
        projects.add_unit(site.project, f"U {name}", by=manager)
        projects.add_build(site.project, f"B {name}", by=manager, notes=f"W {name}")
    by = site.actor("manager")
    with unit_of_work(by):
        members.invite(site.project, "new@example.com", f"M {name}", [Role.TESTER], by=by)
    problems.report(site, title=f"T {name}")
    browser = site.client("manager")
    shown = "".join(
        browser.get(f"/projects/PAY/{page}").text for page in ("members", "set-up", "defects/1", "defects/", "audit/")
    )
    plain = shown.replace("&#39;", "'").replace("&amp;", "&")
    assert all(f"{letter} {name}" in plain for letter in "NJUBMT")
    assert not re.search(r"[NJUBMT] (49|&lt;Config|<Config|&lt;class)", shown)
    db.session.rollback()
    mails = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.recipient == "new@example.com")).all()
    assert any(f"M {name}" in mail.text and f"N {name}" in mail.text for mail in mails)


@pytest.mark.proves("T33")
def test_a_word_in_an_address_is_no_template_either(two_projects: Two) -> None:
    browser = two_projects.own.client("manager")
    for line in endpoints.lines():
        if line.method == "GET" and line.who == "members":
            path = endpoints.address(two_projects.own.app, line.endpoint, ids(two_projects.own, line.endpoint))
            asked = dict.fromkeys(
                ("q", "expression", "show", "state", "severity", "person", "page", "unit"), "{{7*191}}"
            )
            answer = browser.get(path, query_string=asked)
            assert answer.mimetype != "text/html" or "1337" not in answer.text, line
