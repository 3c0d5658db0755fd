"""Nobody learns who has an account: the same answer and the same work, and strangers cannot keep a person out."""

from typing import Any

import argon2.low_level
import pytest
import time_machine
from werkzeug.test import TestResponse

from tests.accounts.test_security import _plain
from tests.world import PASSWORD, World
from uatapp.accounts import service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.uow import unit_of_work

START, HOME, AWAY = "2026-03-02T08:00:00+00:00", "10.0.0.1", "10.0.0.2"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect each use of the slow hash."""
    done: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        real = getattr(argon2.low_level, name)

        def count(*given: Any, _real: Any = real, **more: Any) -> Any:
            done.append("once")
            return _real(*given, **more)

        monkeypatch.setattr(argon2.low_level, name, count)
    return done


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an account have two free tries, so that fewer are needed here."""
    monkeypatch.setattr("uatapp.accounts.rules.FREE_TRIES", 2)


def _send(site: World, path: str, email: str, password: str = "wrong wrong wrong", at: str = HOME) -> TestResponse:
    data = {"email": email, "password": password}
    return site.client().post(path, data=data, environ_base={"REMOTE_ADDR": at})


@pytest.mark.proves("T20")
@pytest.mark.parametrize(("path", "work"), [("/sign-in", 1), ("/reset", 1)])
def test_known_unknown_stopped_and_invited_are_answered_alike(
    site: World, hashed: list[str], path: str, work: int
) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("tester2"), by=SYSTEM)
        service.add_user("invited@example.com", "Ina", by=SYSTEM, organisation=site.project.customer)
    seen = set()
    for number, who in enumerate(("tester", "nobody", "tester2", "invited")):
        hashed.clear()
        answer = _send(site, path, f"{who}@example.com", at=f"10.0.1.{number}")
        shown = _plain(answer.text).replace(f"{who}@example.com", "EMAIL")
        names = sorted(name for name, _value in answer.headers if name != "X-Request-ID")
        seen.add((answer.status_code, answer.location, shown, tuple(names), len(hashed)))
    assert [one[-1] for one in seen] == [work]


@pytest.mark.proves("T20")
def test_being_slowed_says_nothing_either(site: World, few: None) -> None:
    for path in ("/sign-in", "/reset"):
        answers = {}
        for who in ("tester", "nobody"):
            told = [_send(site, path, f"{who}@example.com", at=f"10.{len(path)}.{who}") for _ in range(4)]
            answers[who] = [answer.status_code for answer in told]
        assert answers["tester"] == answers["nobody"]
        assert answers["tester"][2:] == [429, 429]


@pytest.mark.proves("T20")
@pytest.mark.parametrize("token", ["x", "0" * 43, "0" * 99, "0" * 300])
def test_a_guessed_link_says_nothing(site: World, token: str) -> None:
    pages = {_plain(site.client().get(f"/{kind}/{token}").text) for kind in ("invitation", "no-such-page")}
    assert all("Page not found" in page for page in pages)
    assert site.client().get(f"/reset/{token}").location == "/reset"


@pytest.mark.proves("T18")
def test_strangers_cannot_keep_a_person_out_of_their_usual_place(site: World, few: None) -> None:
    with time_machine.travel(START, tick=False) as now:
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD).status_code == 303
        for number in range(5):
            _send(site, "/sign-in", "tester@example.com", at=f"10.7.7.{number}")
            now.shift(20 * number)
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD, at=AWAY).status_code == 429
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD).status_code == 303
        assert _send(site, "/sign-in", "engineer@example.com", PASSWORD, at=AWAY).status_code == 303
        now.shift(15 * 60)
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD, at=AWAY).status_code == 303


@pytest.mark.proves("T18")
def test_the_usual_place_has_its_own_limit_and_is_forgotten(site: World, few: None) -> None:
    with time_machine.travel(START, tick=False) as now:
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD).status_code == 303
        codes = [_send(site, "/sign-in", "tester@example.com").status_code for _ in range(4)]
        assert codes == [422] * 2 + [429] * 2
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD).status_code == 429
        now.shift(91 * 24 * 3600)
        for number in range(2):
            _send(site, "/sign-in", "tester@example.com", at=f"10.7.7.{number}")
        assert _send(site, "/sign-in", "tester@example.com", PASSWORD).status_code == 429


@pytest.mark.proves("T18")
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_no_header_makes_a_fresh_address_or_a_usual_place(site: World, few: None, name: str) -> None:
    assert _send(site, "/sign-in", "tester@example.com", PASSWORD, at="1.2.3.4").status_code == 303
    codes = []
    for n in range(4):
        value = f"for=1.2.3.{n}" if name == "Forwarded" else f"1.2.3.{n}"
        data = {"email": "tester@example.com", "password": "wrong wrong wrong"}
        codes.append(site.client().post("/sign-in", data=data, headers={name: value}).status_code)
    assert codes == [422] * 2 + [429] * 2
