"""Two web processes and a worker on PostgreSQL with an object store, behind one address."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from tests.app_fixtures import create_app
from tests.factories import flow
from tests.operations.company import (
    BUCKET,
    SECRET,
    eventually,
    free_port,
    in_front_of,
    log_of,
    object_store,
    processes,
    status,
)
from tests.postgres import PostgresServer
from tests.world import PASSWORD, World
from uatapp.config import Settings
from uatapp.cycles.models import Assignment
from uatapp.kernel.db import db


class Company:
    """The address in front, the processes behind it, and the world that they share."""

    def __init__(self, url: str, behind: list[str], environment: dict[str, str], world: World) -> None:
        self.url, self.behind, self.environment, self.world = url, behind, environment, world

    def browser(self) -> requests.Session:
        """Return a browser that makes a connection of its own for each request."""
        browser = requests.Session()
        browser.headers["Connection"] = "close"
        return browser

    def send(self, browser: requests.Session, page: str, target: str, **form: str) -> requests.Response:
        """Send a form with the token of a page."""
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(self.url + page).text)
        assert token
        files = {"files": ("note.txt", form.pop("note"))} if "note" in form else None
        return browser.post(self.url + target, data={"csrf_token": token[1], **form}, files=files)

    def answered(self, endpoint: str) -> list[float]:
        """Return how many requests of an endpoint each web process counted."""
        pattern = rf'^uatapp_requests_total{{endpoint="{endpoint}",status="\d+"}} (.*)$'
        pages = [requests.get(f"{url}/metrics", timeout=10).text for url in self.behind]
        return [sum(float(found) for found in re.findall(pattern, page, re.M)) for page in pages]


@pytest.fixture(scope="module")
def company(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgresql_world: tuple[str, dict[str, int]],
) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company")
    name = f"company_{home.parent.name.replace('-', '_')}"
    database, ports = postgres_server.create(name, postgresql_world[0]), [free_port(), free_port()]
    with ExitStack() as stack:
        front = stack.enter_context(in_front_of(ports))
        given = {"home": home, "base_url": f"http://127.0.0.1:{front}", "database_url": database, "queue_url": database}
        settings = Settings(**given, evidence_url=f"s3://{BUCKET}", secret_key=SECRET)
        chosen = {**given, "evidence_url": settings.evidence_url, "secret_key": SECRET}
        environment = {f"UATAPP_{name.upper()}": str(value) for name, value in chosen.items()}
        environment |= stack.enter_context(object_store())
        web = [("run", "--workers", "1", "--bind", f"127.0.0.1:{port}") for port in ports]
        stack.enter_context(processes(environment, *web, ("worker",)))
        behind = [f"http://127.0.0.1:{port}" for port in ports]
        assert all(eventually(lambda url=url: status(f"{url}/readyz") == 200) for url in behind)
        app = create_app(settings)
        with app.app_context():
            yield Company(settings.base_url, behind, environment, World(app, dict(postgresql_world[1])))
            db.session.remove()
            db.engine.dispose()
    postgres_server.drop(name)


def test_a_result_recorded_through_one_process_is_read_through_the_other(company: Company) -> None:
    flow.open_cycle(company.world, flow.make_cases(company.world, 1))
    row = flow.assignments(company.world)[0].id
    browser, runner = company.browser(), f"/projects/PAY/runs/open/{row}"
    signed_in = company.send(browser, "/sign-in", "/sign-in", email="tester@example.com", password=PASSWORD)
    assert "/my-work" in signed_in.url or signed_in.ok
    company.send(browser, "/account", f"/projects/PAY/runs/start/{row}")
    assert "note.txt" in company.send(browser, runner, f"{runner}/files", version="1", note="order 7 was saved").text
    version = re.search(r'name="version" value="(\d+)"', browser.get(company.url + runner).text)
    assert version
    answers = {f"answer-{n}": "as_expected" for n in (2, 3, 4, 5)}
    submitted = company.send(browser, runner, f"{runner}/submit", version=version[1], **answers)
    assert "Submitted: Passed." in submitted.text
    for url in company.behind:
        host = {"Host": company.url.removeprefix("http://")}
        cookies = {"session": browser.cookies["session"]}
        assert requests.get(f"{url}/account", headers=host, cookies=cookies, timeout=10).url == f"{url}/account"
    assert all(count > 0 for count in company.answered("account.show"))
    states = company.world.app.extensions["sqlalchemy"].session.scalars(sa.select(Assignment.state)).all()
    assert [state.value for state in states] == ["passed"]
    db.session.rollback()
    command = [sys.executable, "-c", "from uatapp.cli import main; main()", "verify", "--evidence"]
    done = subprocess.run(command, env={**os.environ, **company.environment}, capture_output=True, text=True)
    assert (done.returncode, "1 file" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.proves("T16", "T35")
def test_the_log_is_lines_of_json_without_secrets(company: Company) -> None:
    browser = company.browser()
    company.send(browser, "/sign-in", "/sign-in", email="tester@example.com", password=PASSWORD)
    assert browser.get(company.url + "/account").url.endswith("/account")
    told = [line for line in log_of(company.environment) if line["event"] == "request"]
    assert company.world.user_ids["tester"] in {line["user_id"] for line in told if line["endpoint"] == "account.show"}
    log = str(log_of(company.environment))
    for secret in (PASSWORD, SECRET, browser.cookies["session"], company.environment["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in log


def test_a_mail_that_a_web_process_wants_is_sent_by_the_worker(company: Company) -> None:
    company.send(company.browser(), "/reset", "/reset", email="tester@example.com")
    mails = Path(company.environment["UATAPP_HOME"]) / "mail"
    assert eventually(lambda: len(list(mails.glob("*.eml"))) == 1)
    assert not (mails.parent / "worker.lock").exists()
