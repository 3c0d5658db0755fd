"""Hostile words in every field, hostile files, hostile frames: a real browser opens every page and nothing runs."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from shutil import copy
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Route, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import FLAGS
from tests.conftest import SOAK
from tests.factories import flow
from tests.threats import files, hostile, serving
from tests.threats.hostile import EACH, MARK, Words
from tests.threats.serving import Watched
from tests.threats.test_forged_forms import fingerprint
from tests.world import World
from uatapp.evidence.models import Evidence
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PEOPLE = ("manager", "analyst", "tester", "lead", "sponsor2", "admin", None)
PER_ENDPOINT = 9 if SOAK else 2
# what leads on at once, is a PDF that a job makes, or exists only before there is an administrator
NOT_OPENED = {
    "static",
    "invitation.set_up",
    "runs.after_submit",
    "home.index",
    "home.enter",
    "signoffs.certificate",
    "signed.certificate",
    "signoffs.addendum",
    "check.index",
    "probes.live",
    "probes.ready",
    "probes.counted",
    "second_step.ask",  # between password and code; it shows nothing that anybody typed
}
INERT = """() => [...document.querySelectorAll('*')].flatMap(element => [
    ...[...element.attributes].filter(a => a.name.startsWith('on')).map(a => element.tagName + ' ' + a.name),
    ...(['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'MATH', 'STYLE'].includes(element.tagName.toUpperCase()) ? [element.tagName] : []),
    ...(element.tagName === 'SCRIPT' && (!element.src.startsWith(location.origin) || element.text) ? ['script'] : []),
    ...(element.href && element.tagName === 'A' && !/^(https?|mailto|otpauth):/.test(element.href) ? [element.href] : []),
])"""


@dataclass
class Crawled:
    """The served project, who sees which address, and what each endpoint was reached by."""

    world: World
    base_url: str
    seen: dict[str, str | None]
    endpoints: set[str]
    files: list[str]
    states: list[str]
    words: Words


def _each() -> list[Words]:
    """Return all texts at once and, where every case is wanted, each by itself."""
    alone = [Words(text, text) for text in EACH if "\u2028" not in text] if SOAK else []
    return [hostile.ALL_AT_ONCE, *alone]


@pytest.fixture(scope="module", params=_each(), ids=lambda words: words.short[:20])
def project(
    request: pytest.FixtureRequest,
    sqlite_world: tuple[Path, dict[str, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Crawled]:
    """Fill a project with hostile words, find all its pages, and serve it."""
    home, port = tmp_path_factory.mktemp("hostile"), serving.free_port()
    copy(sqlite_world[0], home / "uatapp.db")
    app = serving.make_app(home, port)
    app.config["HOSTILE"] = True
    with app.app_context():
        world = World(app, dict(sqlite_world[1]))
        hostile.fill(world, request.param)
        found = Crawled(world, f"http://127.0.0.1:{port}", {}, set(), _attach(world), [], request.param)
        starts = [*_starts(world), found.files[0].rpartition("/files/")[0], *found.files[:2]]
        found.states.append(fingerprint())
        for name in PEOPLE:
            _crawl(found, name, ["/", "/account", *starts])
            found.states.append(fingerprint())
        db.session.remove()
    with serving.served(app, port):
        yield found


@pytest.fixture(scope="module")
def chromium_here(project: Crawled) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.path(), args=FLAGS)
        yield started
        started.close()


def _attach(world: World) -> list[str]:
    """Attach every file that is taken to the tester's open test; return their addresses."""
    number = flow.assignments(world)[-1].id
    page = f"/projects/PAY/runs/open/{number}"
    for name, data in files.TAKEN.items():
        world.client("tester").post(f"{page}/files", data={"files": (BytesIO(data), name), "version": "2"})
    rows = db.session.scalars(sa.select(Evidence).where(Evidence.name.in_(files.TAKEN)))
    found = [f"{page}/files/{row.token}" for row in rows]
    assert len(found) == len(files.TAKEN)
    return found


def _starts(world: World) -> list[str]:
    """Return addresses that no page links to: those of mails, of a form that was kept, of a paper, of an import."""
    world.client().post("/reset", data={"email": "tester@example.com"})
    db.session.rollback()
    texts = db.session.scalars(sa.select(OutgoingMail.text)).all()
    mailed = [urlsplit(link).path for text in texts for link in re.findall(r"http://127\S+", text)]
    code = db.session.execute(sa.text("SELECT check_code FROM certificate")).scalar_one()
    inside = [
        f"/projects/PAY/{page}"
        for page in ("defects/new", "requirements/new", "requirements/upload", "requirements/imports/1")
    ]
    return [*mailed, f"/check/{code}", "/sign-in", "/reset", "/no-such-page", "/gallery/", "/kept/1", *inside]


def _endpoint(found: Crawled, address: str) -> str | None:
    adapter = found.world.app.url_map.bind("127.0.0.1")
    try:
        return str(adapter.match(urlsplit(address).path)[0])
    except Exception:  # an address of nobody's
        return None


def _crawl(found: Crawled, name: str | None, starts: list[str]) -> None:
    """Follow a person's links, a few addresses for each endpoint."""
    client, waiting, done = found.world.client(name), list(dict.fromkeys(starts)), Counter[str | None]()
    known = set(starts)
    while waiting:
        address = waiting.pop(0)
        endpoint = _endpoint(found, address)
        if done[endpoint] >= PER_ENDPOINT or (endpoint in ("static", None) and address != "/no-such-page"):
            continue
        done[endpoint] += 1
        answer = client.get(address)
        assert answer.status_code < 500, address
        if done[endpoint] == 1:
            assert client.head(address).status_code == answer.status_code
        if answer.status_code == 303:
            links = [answer.location]
        else:
            links = re.findall(r'href="([^"#]+)', answer.text) if answer.mimetype == "text/html" else []
        if answer.status_code == 200 or address == "/no-such-page":
            found.seen.setdefault(address, name)
            found.endpoints |= {endpoint} if endpoint else set()
        for link in map(unescape, links):
            path = link.removeprefix(found.base_url)
            if path.startswith("/") and not path.startswith("//") and path not in known:
                known.add(path)
                waiting.append(path)


def _browsers(project: Crawled, browser: Browser) -> dict[str | None, Watched]:
    found = {}
    for name in PEOPLE:
        found[name] = serving.watched(browser, project.base_url)
        if name:
            serving.sign_in(found[name].context, project.world, name, project.base_url)
    return found


def test_every_page_is_among_them(project: Crawled) -> None:
    rules = [rule for rule in project.world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    missing = {rule.endpoint for rule in rules} - project.endpoints - NOT_OPENED
    assert not missing


@pytest.mark.proves("T14")
def test_reading_every_page_changes_nothing(project: Crawled) -> None:
    assert len(set(project.states)) == 1


@pytest.mark.proves("T12", "T13")
def test_nothing_runs_leaves_or_is_blocked_on_any_page(project: Crawled, chromium_here: Browser) -> None:
    browsers, shown, opened = _browsers(project, chromium_here), 0, Counter[str | None]()
    for address, name in project.seen.items():
        endpoint = _endpoint(project, address)
        opened[endpoint] += 1
        if opened[endpoint] > PER_ENDPOINT * 2:
            continue
        here = browsers[name]
        content = here.open(project.base_url + address)
        if content is None:
            continue
        assert not here.wrongs, (address, name)
        assert here.page.evaluate(INERT) == [], (address, name)
        assert f"{MARK}49" not in content, address
        shown += MARK in content
    assert shown >= len(opened) // 2 or SOAK
    for here in browsers.values():
        here.context.close()


def _refusals(world: World, words: Words) -> Iterator[tuple[str, str]]:
    """Send hostile words so that they are refused, found nowhere, or in conflict; yield the address and the answer."""
    test, short, long = flow.assignments(world)[-1].id, words.short, words.long
    inside = "/projects/PAY"
    for who, path, data in (
        ("tester", f"{inside}/defects/new", {"title": short, "description": long}),
        ("tester", f"{inside}/runs/open/{test}/files", {"remark": f"{long} other", "version": "0", "reason": short}),
        ("tester", f"{inside}/runs/open/{test}/submit", {"remark": long, "version": "2", "result": "blocked"}),
        ("tester", "/account", {"name": "", "job_title": short, "zone": short, "look": short}),
        ("manager", f"{inside}/set-up/environment", {"name": short, "address": short, "test_data": long}),
        ("manager", f"{inside}/set-up/environments/1", {"address": "", "sign_in_hint": long, "version": "9"}),
        ("manager", f"{inside}/members", {"name": short, "email": short, "roles": short}),
        ("manager", f"{inside}/cycles/new", {"name": short, "environment": short, "starts_on": short}),
        (
            "analyst",
            f"{inside}/requirements/new",
            {"path": short, "source": f"{short}\n{long}"},
        ),
        ("lead", f"{inside}/defects/1/comment", {"text": long, "version": "999"}),
        ("lead", f"{inside}/defects/1/propose", {"outcome": short, "reason": long, "sentence": long}),
        ("sponsor2", f"{inside}/signoffs/2/sign", {"decision": short, "reasons": long, "condition-1": long}),
        ("sponsor2", f"{inside}/signoffs/2/note", {"text": long * 9}),
        ("manager", f"{inside}/calendar/holidays", {"days": f"{short}\n{long}"}),
        ("manager", f"{inside}/calendar/hours", {"monday": short, "zone": short, "version": "0"}),
        ("manager", f"{inside}/signoffs/acceptance-window", {"clause": long, "review_days": short}),
        ("admin", "/administration/projects/new", {"key": short, "name": short, "partners": long, "customer": short}),
        ("admin", "/administration/people", {"name": short, "email": short}),
        (None, "/sign-in", {"email": short, "password": short, "next": short}),
        (None, "/reset", {"email": short}),
    ):
        answer = world.client(who).post(path, data=data)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        yield path, answer.text
    for who, path in (
        ("manager", f"{inside}/requirements/find?q="), ("manager", f"{inside}/tests/?q="), ("manager", f"{inside}/defects/?q="),
        ("manager", f"{inside}/cycles/2/scope?expression="), ("manager", f"{inside}/audit/?who="), (None, "/check/"),
        (None, "/sign-in?next="), (None, "/sign-in/code?next="),
    ):  # fmt: skip
        answer = world.client(who).get(path + quote(short))
        assert answer.status_code < 500, path
        yield path, answer.text


def _giving(text: str) -> Callable[[Route], None]:
    """Return what answers a browser with this page, and without the headers that would fence it in."""
    return lambda route: route.fulfill(body=text, content_type="text/html")


@pytest.mark.proves("T12")
def test_what_is_refused_is_shown_as_typed_even_without_a_policy(project: Crawled, chromium_here: Browser) -> None:
    here = serving.watched(chromium_here, project.base_url)
    with project.world.app.app_context():
        answers = list(_refusals(project.world, project.words))
        db.session.remove()
    for path, text in answers:
        here.context.route("**/shown", _giving(text))
        here.open(f"{project.base_url}/shown")
        assert not here.wrongs, path
        assert here.page.evaluate(INERT) == [], path
    assert sum(MARK in text for _path, text in answers) >= len(answers) // 2 or SOAK
    here.context.close()


@pytest.mark.proves("T8")
def test_no_file_runs_however_it_is_opened(project: Crawled, chromium_here: Browser) -> None:
    here = serving.watched(chromium_here, project.base_url)
    serving.sign_in(here.context, project.world, "tester", project.base_url)
    for address in project.files:
        here.open(project.base_url + address)
        here.open(f"{project.base_url}{address}?copy=display")
    assert not here.wrongs
    here.open(f"{project.base_url}/account")
    run = """url => new Promise(done => { const s = document.createElement('script'); s.src = url;
             s.onload = () => done('ran'); s.onerror = () => done('refused'); document.head.append(s) })"""
    assert [here.page.evaluate(run, address) for address in project.files] == ["refused"] * len(project.files)
    assert not [wrong for wrong in here.wrongs if "dialog" in wrong]
    here.context.close()


class _Elsewhere(BaseHTTPRequestHandler):
    """Another site that puts an address into a frame, and a page of its own into a second one."""

    target = ""

    def do_GET(self) -> None:
        body = (
            "<p>inner"
            if self.path == "/inner"
            else f'<iframe src="{self.target}"></iframe><iframe src="/inner"></iframe>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.mark.proves("T46")
def test_no_page_shows_inside_another_site(project: Crawled, chromium_here: Browser) -> None:
    asked = next(address for address, name in project.seen.items() if re.search(r"/signoffs/2$", address))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium_here.new_context()
    serving.sign_in(context, project.world, "sponsor2", project.base_url)
    page = context.new_page()
    for path in (asked, "/sign-in", "/no-such-page", "/account"):
        _Elsewhere.target = project.base_url + path
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        framed, inner = page.frames[1:]
        assert "inner" in inner.content()
        assert framed.url.startswith("chrome-error:"), path
    context.close()
    server.shutdown()
    server.server_close()
