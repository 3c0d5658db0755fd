"""Guessing limits: by account and by address, slower and slower, over after a while."""

import pytest
import time_machine

from tests.accounts.reading import actions
from tests.world import PASSWORD, World
from uatapp.accounts import guessing
from uatapp.accounts.models import Guess
from uatapp.kernel.db import db
from uatapp.kernel.errors import TooMany

pytestmark = pytest.mark.proves("T18")


def test_after_five_failures_one_waits_longer_and_longer(world: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        waits = []
        for _try in range(8):
            guessing.check("sign", "somebody")
            guessing.failed("sign", "somebody")
            try:
                guessing.check("sign", "somebody")
                waits.append(0)
            except TooMany as refusal:
                waits.append(refusal.seconds)
                now.shift(refusal.seconds)
        assert waits == [0, 0, 0, 0, 15, 30, 60, 120]
        guessing.check("sign", "somebody else")
        guessing.check("reset", "somebody")


def test_success_and_time_forgive(world: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        for _try in range(6):
            guessing.failed("sign", "somebody")
        guessing.succeeded("sign", "somebody")
        guessing.check("sign", "somebody")
        for _try in range(9):
            guessing.failed("sign", "somebody")
        now.shift(25 * 3600)
        guessing.failed("sign", "somebody")
        guessing.check("sign", "somebody")


def test_keys_are_kept_as_hashes(world: World) -> None:
    guessing.failed("sign", "tester@example.com", guessing.ADDRESS + "10.1.2.3")
    rows = db.session.query(Guess).all()
    assert len(rows) == 2
    assert all(len(row.key) == 64 for row in rows)


def _try(site: World, email: str, password: str, address: str) -> tuple[int, str]:
    data = {"email": email, "password": password}
    answer = site.client().post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.text


def test_a_hundred_wrong_passwords_for_one_account(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        codes = [_try(site, "tester@example.com", f"wrong {n} wrong", f"10.0.0.{n}")[0] for n in range(100)]
        assert codes == [422] * 5 + [429] * 95
        status, text = _try(site, "tester@example.com", PASSWORD, "10.9.9.9")
        assert status == 429
        assert "Wait 15 seconds" in text
        now.shift(15)
        assert _try(site, "tester@example.com", PASSWORD, "10.9.9.9")[0] == 303
    assert actions().count("user.sign_in_refused") == 5


def test_one_password_over_a_hundred_accounts(site: World) -> None:
    codes = [_try(site, f"person{n}@example.com", "summer of 69 again", "10.0.0.1")[0] for n in range(100)]
    assert codes == [422] * 20 + [429] * 80
    assert _try(site, "tester@example.com", PASSWORD, "10.0.0.2")[0] == 303


def test_rotating_forwarded_addresses_does_not_help(site: World) -> None:
    codes = []
    for n in range(30):
        data = {"email": f"person{n}@example.com", "password": "summer of 69 again"}
        codes.append(site.client().post("/sign-in", data=data, headers={"X-Forwarded-For": f"1.2.3.{n}"}).status_code)
    assert codes[-1] == 429


@pytest.mark.parametrize("known", [True, False])
def test_reset_mails_are_limited(site: World, known: bool) -> None:
    email = "tester@example.com" if known else "nobody@example.com"
    codes = [site.client().post("/reset", data={"email": email}).status_code for _n in range(8)]
    assert codes == [303] * 5 + [429] * 3


def test_guessing_one_s_own_password_on_the_change_page(site: World) -> None:
    browser = site.client("tester")
    given = {
        "password": "not it not it",
        "new_password": "violet teapot ankle",
        "new_password_confirm": "violet teapot ankle",
    }
    codes = [browser.post("/account/password", data=given).status_code for _n in range(7)]
    assert codes == [422] * 5 + [429] * 2


def test_guessing_invitations_is_limited(site: World) -> None:
    codes = {site.client().get(f"/invitation/guess{n}").status_code for n in range(25)}
    assert codes == {404, 429}
