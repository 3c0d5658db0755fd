"""No sign-in leads to another site, and no header says where we are."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.test import Client

from tests.operations.test_serving import eventually, free_port, status
from tests.world import PASSWORD, World
from uatapp.accounts import rules
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import schema, serving

ELSEWHERE = [
    "//evil", "///evil", "////evil", "/\\evil", "\\/evil", "\\\\evil", "https:evil", "https:/evil", "https:///evil",
    "https://good@evil", "https://good.evil.com", "http://localhost@evil", "http://localhost.evil.com", "//localhost@evil",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "/%09/evil", "%2f%2fevil", "/%2f/evil",
    "/%5cevil", "/..//evil", "/./\\evil", "\t//evil", " //evil", "/\t/evil", "/\n/evil", "/a\r\nLocation: //evil",
    "/%0d%0aLocation:%20//evil", "?next=//evil", "evil.example", "@evil", "/\u2028/evil", "//\u3002evil", "/\u00a0/evil",
]  # fmt: skip
FORM = {"email": "tester@example.com", "password": PASSWORD}


def _stays(location: str | None) -> bool:
    """Say whether a browser stays on this site, read as browsers do: without white space, a backslash as a slash."""
    seen = re.sub(r"[\t\r\n]", "", location or "").strip().replace("\\", "/")
    target = urlsplit(urljoin("http://localhost/sign-in", seen))
    return (target.scheme, target.netloc) == ("http", "localhost")


@pytest.mark.proves("T26")
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_target_leads_to_another_site(target: str) -> None:
    assert _stays(rules.safe_target(target))
    assert _stays(rules.safe_target(f"/{target}"))


@pytest.mark.proves("T26")
@pytest.mark.parametrize("target", ["//evil", "/\\evil", "https://good@evil", "/%09/evil", "/a\r\nLocation: //evil"])
def test_the_pages_follow_no_such_target(site: World, target: str) -> None:
    browser = site.client()
    for given in ({"data": FORM | {"next": target}}, {"data": FORM, "query_string": {"next": target}}):
        answer = browser.post("/sign-in", **given)
        assert (answer.status_code, answer.location) == (303, "/")
        answer = browser.post("/sign-out", query_string={"next": target}, data={"next": target})
        assert answer.status_code == 303
        assert _stays(answer.location)


@pytest.mark.proves("T26")
def test_whoever_is_signed_in_already_is_not_led_away_either(site: World) -> None:
    browser = site.client("tester")
    for target in ELSEWHERE:
        for answer in (
            browser.get("/sign-in", query_string={"next": target}),
            browser.post("/sign-in", data=FORM | {"next": target}),
            browser.get("/reset", query_string={"next": target}),
        ):
            assert _stays(answer.location), (target, answer.location)


@pytest.mark.proves("T26")
@pytest.mark.parametrize("path", ["//evil.example/", "/%2f%2fevil.example", "/projects//evil", "/\\evil.example"])
def test_no_odd_path_leads_away(site: World, path: str) -> None:
    for browser in (site.client(), site.client("tester")):
        answer = browser.get(f"http://localhost{path}")
        assert answer.status_code in (303, 308, 404)
        assert _stays(answer.location)


HEADERS = ("X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Host", "X-Original-URL", "X-Rewrite-URL")


@pytest.mark.proves("T27")
@pytest.mark.parametrize("name", [*HEADERS, "X-Forwarded-Proto", "X-Forwarded-Port", "X-HTTP-Host-Override"])
def test_headers_of_nobody_we_trust_change_nothing(site: World, name: str) -> None:
    plain = site.client("tester").get("/account")
    told = site.client("tester").get("/account", headers={name: "evil.example"})
    assert told.status_code == plain.status_code == 200
    assert "evil.example" not in told.text + str(told.headers)
    assert site.client().get("/account", headers={name: "evil.example"}).location == "/sign-in?next=/account"


@pytest.mark.proves("T27")
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.", "LOCALHOST.evil", "localhost:80:80", "localhost, evil", ""]
)
def test_a_foreign_or_odd_host_is_refused(site: World, host: str) -> None:
    answer = site.client().get("/sign-in", headers={"Host": host}, environ_overrides={"SERVER_NAME": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The program as it stands behind one proxy."""
    home = tmp_path_factory.mktemp("proxied")
    app = create_app(Settings(home=home, base_url="https://uat.example.com", trusted_proxies=1))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        schema.upgrade()
        yield Client(serving.dressed(app))
        db.session.remove()
        db.engine.dispose()


PROXY = {"Host": "uat.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "uat.example.com"}


@pytest.mark.proves("T27")
def test_a_trusted_proxy_is_believed_for_its_own_word_only(proxied: Client) -> None:
    assert proxied.get("/sign-in", headers=PROXY).status_code == 200
    assert proxied.get("/sign-in", headers=PROXY | {"X-Forwarded-Host": "evil.example"}).status_code == 400
    spoofed = PROXY | {"X-Forwarded-Host": "evil.example, uat.example.com", "X-Forwarded-Prefix": "/evil"}
    answer = proxied.get("/account", headers=spoofed)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account")


@pytest.mark.proves("T18", "T27")
def test_rotating_addresses_before_a_trusted_proxy_does_not_help(
    proxied: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uatapp.accounts.rules.FREE_TRIES_OF_AN_ADDRESS", 3)
    codes = []
    for n in range(5):
        data = {"email": f"person{n}@example.com", "password": "summer of 69 again"}
        headers = PROXY | {"X-Forwarded-For": f"1.2.3.{n}, 10.0.0.1"}
        codes.append(proxied.post("/sign-in", data=data, headers=headers).status_code)
    assert codes == [422] * 3 + [429] * 2
    data = {"email": "person99@example.com", "password": "summer of 69 again"}
    other = proxied.post("/sign-in", data=data, headers=PROXY | {"X-Forwarded-For": "1.2.3.4, 10.0.0.2"})
    assert other.status_code == 422


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Serve an empty installation; give its host and port."""
    home, port = tmp_path_factory.mktemp("served"), free_port()
    app = create_app(Settings(home=home, base_url=f"http://127.0.0.1:{port}"))
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    environment = {**os.environ, "UATAPP_HOME": str(home), "UATAPP_BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-c", "from uatapp.cli import main; main()", "run", "--workers", "1"]
    server = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])
    try:
        assert eventually(lambda: status(f"http://127.0.0.1:{port}/sign-in") == 200)
        yield "127.0.0.1", port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def _raw(served: tuple[str, int], *lines: str) -> str:
    with socket.create_connection(served, timeout=20) as line:
        line.sendall("".join(f"{text}\r\n" for text in (*lines, "Connection: close", "")).encode())
        return b"".join(iter(lambda: line.recv(65536), b"")).decode(errors="replace")


@pytest.mark.proves("T27")
def test_two_hosts_and_an_absolute_address_are_refused_or_ignored(served: tuple[str, int]) -> None:
    own = f"Host: {served[0]}:{served[1]}"
    assert " 200 " in _raw(served, "GET /sign-in HTTP/1.1", own).splitlines()[0]
    for lines in (
        ("GET /sign-in HTTP/1.1", own, "Host: evil.example"),
        ("GET /sign-in HTTP/1.1", "Host: evil.example", own),
        ("GET /sign-in HTTP/1.1", "Host: evil.example"),
        ("GET /sign-in HTTP/1.1", f"{own} evil.example"),
        ("GET http://evil.example/sign-in HTTP/1.1", "Host: evil.example"),
    ):
        answer = _raw(served, *lines)
        assert " 400 " in answer.splitlines()[0], lines
        assert "evil.example" not in answer
    absolute = _raw(served, "GET http://evil.example/account HTTP/1.1", own)
    assert "evil.example" not in absolute
