"""Forms sent from elsewhere: every address that changes something wants the sender's own token, in the body."""

import hashlib
import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from tests.accounts.reading import token_on
from tests.world import Browser, World
from uatapp.kernel.db import Base, db
from uatapp.kernel.permissions import Permission
from uatapp.web.access import access_of

REFUSAL = "This form was open too long"
# a session notes that it is in use; a signing form carries a number made for it
NO_CHANGE = {"user_session", "signing_nonce"}
VALUES: dict[str, Any] = {
    "project": "PAY",
    "kind": "unit",
    "uid": "x",
    "token": "x",
    "code": "x",
    "reference": "x",
    "rule": "x",
}


def fingerprint() -> str:
    """Return one hash of everything that the database holds."""
    db.session.rollback()
    found = hashlib.sha256()
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in NO_CHANGE:
                rows = connection.execute(sa.select(table)).all()
                found.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return found.hexdigest()


@pytest.fixture
def guarded(site: World) -> World:
    site.app.config["WTF_CSRF_ENABLED"] = True
    return site


def _changing(site: World) -> list[tuple[Rule, str]]:
    """Return every rule that takes more than reading, with an address of it."""
    adapter, found = site.app.url_map.bind("localhost"), []
    for rule in site.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            values = {name: VALUES.get(name, "close" if name == "action" else 1) for name in rule.arguments}
            found.append((rule, adapter.build(rule.endpoint, values, method=method)))
    return found


def _who(site: World, endpoint: str) -> str | None:
    """Return somebody whom the declaration of an endpoint lets in; None where everybody is."""
    declared = access_of(site.app, endpoint)
    if not isinstance(declared, Permission):
        return None
    project_id = None if declared in (Permission.ADMINISTER, Permission.SIGNED_IN) else site.project.id
    return next(name for name in reversed(site.user_ids) if site.actor(name).may(declared, project_id))


def _own_token(browser: Browser, who: str | None) -> str:
    return token_on(browser.get("/account" if who else "/sign-in"))


@pytest.mark.proves("T14")
def test_no_address_takes_a_form_without_the_senders_own_token(guarded: World) -> None:
    rules = _changing(guarded)
    assert len(rules) > 40
    others = _own_token(guarded.client("stranger"), "stranger")
    for rule, address in rules:
        who = _who(guarded, rule.endpoint)
        browser = guarded.client(who)
        own, before = _own_token(browser, who), fingerprint()
        as_text = {"data": json.dumps({"csrf_token": own}), "content_type": "text/plain"}
        assert browser.post(address, **as_text).status_code == 415, address
        for forged in ({}, {"data": {"csrf_token": others}}, {"query_string": {"csrf_token": own}}):
            answer = browser.post(address, **forged)  # type: ignore[arg-type]
            assert answer.status_code == 403, (address, forged)
            assert REFUSAL in answer.text, (address, forged)
        assert fingerprint() == before, address
        assert REFUSAL.encode() not in browser.post(address, data={"csrf_token": own}).data, address


@pytest.mark.proves("T14")
def test_a_token_of_another_session_of_the_same_person_is_refused(guarded: World) -> None:
    token = _own_token(guarded.client("manager"), "manager")
    answer = guarded.client("manager").post("/projects/PAY/set-up/unit", data={"name": "X", "csrf_token": token})
    assert answer.status_code == 403


@pytest.mark.proves("T14")
def test_every_form_on_a_page_carries_a_token(guarded: World) -> None:
    for who, pages in {"manager": ("set-up", "members", "cycles/new"), "analyst": ("requirements/new",)}.items():
        for page in pages:
            text = guarded.client(who).get(f"/projects/PAY/{page}").text
            forms = re.findall(r"<form[^>]*method=.post.*?</form>", text, re.S | re.I)
            assert forms
            assert all('name="csrf_token"' in form for form in forms), page
