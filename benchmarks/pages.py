"""The main pages: median and 95th percentile at 1 and 8 clients, bytes, statements, memory; recording a result."""

import gzip
import json
import re
import statistics
import threading
import time
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks import serving
from benchmarks.filling import TESTERS, Place, known_world, opened
from benchmarks.serving import Client
from tests.counting import statements
from tests.world import World
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState
from uatapp.kernel.db import db
from uatapp.runs.models import Run

CLIENTS = 8
WARM, ASKED, ASKED_EACH = 3, 40, 12


@dataclass(frozen=True, slots=True)
class Times:
    """How long answers took, in milliseconds, and how large one was."""

    median: float
    p95: float
    bytes: int = 0

    @classmethod
    def of(cls, seconds: list[float], size: int = 0) -> "Times":
        ordered = sorted(value * 1000 for value in seconds)
        return cls(statistics.median(ordered), ordered[int(len(ordered) * 0.95)], size)


def addresses(world: World) -> dict[str, str]:
    """Return the main pages of the project."""
    run = db.session.scalar(sa.select(Run.reference).order_by(Run.id).limit(1))
    return {
        "home": "/?all=1",
        "project": "/projects/PAY/overview",
        "requirements": "/projects/PAY/requirements/",
        "test cases": "/projects/PAY/tests/",
        "cycle": "/projects/PAY/cycles/1",
        "run": f"/projects/PAY/runs/{run}",
        "defects": "/projects/PAY/defects/",
        "sign-offs": "/projects/PAY/signoffs/",
        "new sign-off": "/projects/PAY/signoffs/new",
        "audit": "/projects/PAY/audit/",
        "my work": "/projects/PAY/my-work",
    }


def measure(place: Place) -> dict[str, dict[str, float]]:
    """Return the figures of each main page of a filled project."""
    with opened(place) as app:
        world = known_world(app)
        paths, counts = addresses(world), {}
        for name, path in paths.items():
            client = world.client(person_of(name))
            client.get(path, follow_redirects=True)
            with statements() as sent:
                client.get(path, follow_redirects=True)
            counts[name] = len(sent)
    figures: dict[str, dict[str, float]] = {}
    with serving.served(place) as server:
        for name, path in paths.items():
            one, eight = _alone(place, name, path), _together(place, name, path)
            figures[name] = {
                "median_ms": one.median, "p95_ms": one.p95, "median_8_ms": eight.median, "p95_8_ms": eight.p95,
                "bytes": one.bytes, "statements": counts[name],
            }  # fmt: skip
        figures["memory"] = {"process_bytes": serving.memory(server)}
    return figures


def person_of(page: str) -> str:
    return "tester" if page == "my work" else "manager"


def signed_in(place: Place, name: str) -> Client:
    client = Client(place.base_url)
    client.sign_in(f"{name.replace('_', '.')}@example.com", lambda: _code(place, name))
    return client


def _code(place: Place, name: str) -> str:
    with opened(place) as app:
        return known_world(app).code(name)


def asked(client: Client, path: str) -> serving.Answer:
    """Return a page, wherever its address leads; refuse (RuntimeError) any other answer."""
    answer = client.get(path)
    if answer.status in (302, 303):
        answer = client.get(answer.headers["Location"])
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer


def _alone(place: Place, name: str, path: str) -> Times:
    client = signed_in(place, person_of(name))
    answers = [asked(client, path) for _ in range(WARM + ASKED)][WARM:]
    return Times.of([answer.seconds for answer in answers], wire(answers[0]))


def wire(answer: serving.Answer) -> int:
    """Return the bytes of an answer's body, compressed as a browser asks for it."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(answer.body if packed else gzip.compress(answer.body))


def _together(place: Place, name: str, path: str) -> Times:
    seconds: list[float] = []
    clients = [signed_in(place, person_of(name)) for _ in range(CLIENTS)]

    def go(client: Client) -> None:
        seconds.extend(asked(client, path).seconds for _ in range(ASKED_EACH))

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Times.of(seconds)


def bare(bind: str = "127.0.0.1:8766") -> Times:
    """Return the floor: one word from the same server."""
    with serving.floor(bind):
        client = Client(f"http://{bind}")
        return Times.of([client.get("/").seconds for _ in range(WARM + ASKED)][WARM:])


def record(place: Place, count: int = 30) -> dict[str, float]:
    """Record results as the browser does: open, keep a draft, submit, and the page that follows."""
    with opened(place) as app:
        world = known_world(app)
        mine = (Assignment.tester_id == world.user_ids[TESTERS[0]], Assignment.state == AssignmentState.TO_DO)
        first, *ids = db.session.scalars(sa.select(Assignment.id).where(*mine).order_by(Assignment.id).limit(count + 1))
        sent = _statements(world, first)
    with serving.served(place):
        client = signed_in(place, TESTERS[0])
        rows = [_record_one(client, number) for number in ids]
    submit, whole = Times.of([row[0] for row in rows]), Times.of([row[1] for row in rows])
    return {"median_ms": submit.median, "p95_ms": submit.p95, "with_next_page_ms": whole.median,
            "bytes": rows[-1][2], "statements": sent}  # fmt: skip


def _statements(world: World, assignment_id: int) -> int:
    client, base = world.client(TESTERS[0]), f"/projects/PAY/runs/open/{assignment_id}"
    client.post(f"/projects/PAY/runs/start/{assignment_id}")
    fields = _answered(client.get(base).text)
    with statements() as sent:
        answer = client.post(f"{base}/submit", data=fields | {"version": "1"})
    if answer.status_code != 303:
        raise RuntimeError(f"submitting answered {answer.status_code}")
    return len(sent)


def _record_one(client: Client, assignment_id: int) -> tuple[float, float, int]:
    """Return the seconds of submitting, those with the page that follows, and the bytes of both."""
    base = f"/projects/PAY/runs/open/{assignment_id}"
    token = client.get("/projects/PAY/my-work").fields("/sign-out")["csrf_token"]
    client.post(f"/projects/PAY/runs/start/{assignment_id}", {"csrf_token": token})
    runner = client.get(base)
    fields = runner.fields("/submit") | _answered(runner.text)
    kept = client.post(f"{base}/draft", {name: value for name, value in fields.items() if name != "form_key"})
    begun = time.perf_counter()
    answer = client.post(f"{base}/submit", fields | {"version": str(json.loads(kept.body)["version"])})
    if answer.status != 303:
        raise RuntimeError(f"submitting answered {answer.status}")
    page = asked(client, answer.headers["Location"])
    return answer.seconds, time.perf_counter() - begun, len(answer.body) + wire(page)


def _answered(page: str) -> dict[str, str]:
    """Return the fields that answer every step of a runner's page as expected."""
    return dict.fromkeys(re.findall(r'name="(answer-\d+)"', page), "as_expected")
