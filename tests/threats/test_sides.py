"""What the two sides of a project do not read of one another: mail addresses, and results that no problem leads to."""

import re

import pytest

from tests.threats.test_foreign import pages_of
from tests.threats.two import Two
from tests.world import PEOPLE
from uatapp.kernel.db import db

# what a tester typed and only the customer's people, project managers and auditors read
TYPED = ("plain typed", "plain step", "plain void")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def _shown(two: Two, name: str) -> str:
    """Return all that a person reads in their project, the list of people with each of them opened."""
    browser, uids = two.own.client(name), [two.own.user(other).uid for other in PEOPLE]
    db.session.rollback()
    pages = [*pages_of(two.own), *(f"/projects/PAY/members/{uid}" for uid in uids)]
    answers = [browser.get(page, follow_redirects=True) for page in pages]
    return "\n".join(answer.text for answer in answers if answer.mimetype == "text/html")


@pytest.mark.proves("T3")
@pytest.mark.parametrize("name", ["manager", "partner_manager", "tester", "sponsor", "lead", "auditor"])
def test_mail_addresses_are_for_the_own_side_s_manager_alone(two_projects: Two, name: str) -> None:
    of = PEOPLE[name][1]
    own_side = {two_projects.own.user(other).email for other, (_n, org, _r, _u) in PEOPLE.items() if org == of}
    allowed = own_side if name.endswith("manager") else {two_projects.own.user(name).email}
    found = set(ADDRESS.findall(_shown(two_projects, name)))
    assert two_projects.own.user(name).email in found
    assert found - allowed - ({"plain.invited@example.com"} if name == "manager" else set()) == set()


@pytest.mark.proves("T3")
def test_what_testers_typed_is_not_for_the_partner_s_engineers(two_projects: Two) -> None:
    manager = _shown(two_projects, "manager")
    assert [words for words in TYPED if words not in manager] == ["plain typed"]
    assert "plain typed" in _shown(two_projects, "tester")
    for name in ("lead", "engineer", "partner_sponsor"):
        shown = _shown(two_projects, name)
        assert [words for words in TYPED if words in shown] == []
