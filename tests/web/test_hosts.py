"""What a request may claim about where it came to, and what every answer carries."""

import pytest

from tests.world import World


@pytest.mark.proves("T27")
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:81", "127.0.0.1"])
def test_only_the_configured_host_is_served(site: World, host: str) -> None:
    assert site.client("tester").get("/account", headers={"Host": host}).status_code == 400


@pytest.mark.proves("T27")
@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"])
def test_headers_of_proxies_are_not_believed(site: World, name: str) -> None:
    answer = site.client("tester").get("/", headers={name: "evil.example"})
    assert answer.status_code == 303
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/account", "/administration/"])
def test_every_answer_carries_the_headers_that_fence_it_in(site: World, path: str) -> None:
    for who in (None, "tester"):
        headers = site.client(who).get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in headers["Vary"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", '"><svg/onload=alert(1)>', "=1+1", "שלום"])
def test_a_hostile_name_is_shown_as_typed_and_nowhere_else(site: World, name: str) -> None:
    browser = site.client("manager")
    given = {"name": name, "job_title": name, "zone": "Europe/Berlin", "look": "auto"}
    assert browser.post("/account", data=given).status_code == 303
    for path in ("/account", "/projects/PAY/members", "/projects/PAY/audit/", "/projects/PAY/"):
        page = browser.get(path, follow_redirects=True).text
        assert "<script>alert" not in page
        assert "<svg/onload" not in page
    assert site.user("manager").name == name
