"""Passwords: the rules hold at every door, each character counts, and nothing hinders a password store."""

from pathlib import Path

import pytest

from tests.accounts.reading import link_in, mails_to
from tests.world import PASSWORD, World
from uatapp.accounts import service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.uow import unit_of_work

pytestmark = pytest.mark.proves("T19")
ROOT = Path(__file__).parents[2]
WEAK = ("seven77", "Password123!", "my Nordwind sun", "uatapp for all", "x7" * 100 + "y", "marta is nice 77")
NEW = "violet teapot ankle lorry"
LONG = "lorry violet ankle teapot " * 8


def _change(site: World, old: str, new: str) -> int:
    given = {"password": old, "new_password": new, "new_password_confirm": new}
    return site.client("tester").post("/account/password", data=given).status_code


@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_one_is_refused_at_every_door(site: World, weak: str) -> None:
    assert _change(site, PASSWORD, weak) == 422
    site.client().post("/reset", data={"email": "tester@example.com"})
    link = link_in(mails_to("tester@example.com")[0])
    assert site.client().post(link, data={"password": weak, "password_confirm": weak}).status_code == 422
    assert service.is_password(site.user("tester"), PASSWORD)


@pytest.mark.parametrize("good", [LONG[:200], "🙂🙃 emoji and spaces 🙂"])
def test_a_good_one_counts_to_its_last_character(site: World, good: str) -> None:
    assert _change(site, PASSWORD, good) == 303
    user = site.user("tester")
    assert str(user.password).startswith("$argon2id$")
    assert service.is_password(user, good)
    signs_in = site.client().post("/sign-in", data={"email": user.email, "password": good})
    assert signs_in.status_code == 303
    for other in (good[:-1], good[:-1] + "~", good + "~"):
        assert not service.is_password(site.user("tester"), other)


def test_accents_count_alike_however_they_are_typed_at_every_door(site: World) -> None:
    one, two = "caf\u00e9 pr\u00e8s du pont", "cafe\u0301 pre\u0300s du pont"
    assert _change(site, PASSWORD, one) == 303
    assert _change(site, two, NEW) == 303
    site.client().post("/reset", data={"email": "tester@example.com"})
    link = link_in(mails_to("tester@example.com")[0])
    assert site.client().post(link, data={"password": one, "password_confirm": one}).location == "/sign-in"
    assert _change(site, two, NEW) == 303


def test_white_space_at_its_ends_counts(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.set_password(site.user("tester"), "  lorry violet  ", how="set", by=SYSTEM)
    for typed, status in (("  lorry violet  ", 303), ("lorry violet", 422)):
        answer = site.client().post("/sign-in", data={"email": "tester@example.com", "password": typed})
        assert answer.status_code == status


def test_two_hashes_of_one_password_differ(site: World) -> None:
    hashes = set()
    for name in ("tester", "tester2", "engineer"):
        with unit_of_work(SYSTEM):
            service.set_password(site.user(name), PASSWORD, how="set", by=SYSTEM)
        hashes.add(site.user(name).password)
    assert len(hashes) == 3


def test_pasting_and_password_stores_are_not_hindered(site: World) -> None:
    pages = [site.client().get("/sign-in").text, site.client("tester").get("/account/password").text]
    assert 'autocomplete="current-password"' in pages[0]
    assert pages[1].count('autocomplete="new-password"') == 2
    assert not any('type="password"' not in page or 'autocomplete="off"' in page for page in pages)
    scripts = "".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))
    assert "password" not in scripts.casefold()
