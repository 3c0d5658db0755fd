"""What stands in the log when something breaks, and what never does."""

import pytest

from tests.world import World


def test_an_unknown_error_is_logged_without_what_was_typed(
    site: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> bool:
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("uatapp.accounts.service.is_password", broken)
    given = {"email": "tester@example.com", "password": "CANARY words in a row"}
    answer = site.client().post("/sign-in", data=given)
    assert answer.status_code == 500
    assert "on fire" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    log = capsys.readouterr().out
    assert "the database is on fire" in log
    assert answer.headers["X-Request-ID"] in log
    assert "CANARY" not in log
