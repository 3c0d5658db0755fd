"""Deciding: the readiness page, freezing a whole cycle while others write, and signing what was frozen."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from benchmarks import serving
from benchmarks.filling import Place, known_world, opened
from benchmarks.pages import ASKED, WARM, Times, asked, signed_in
from benchmarks.serving import Client
from tests.world import PASSWORD, World
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.queries import find_membership

SIGNS = ("sponsor", "sponsor2", "partner_sponsor")
READINESS, REQUEST = "/projects/PAY/signoffs/readiness", "/projects/PAY/signoffs/new"


def measure(place: Place) -> dict[str, float]:
    """Return the figures of one decision on everything in the cycle; it is closed for that."""
    with opened(place) as app:
        world = known_world(app)
        _close(world)
        seats = [find_membership(world.project.id, world.user_ids[name]) for name in SIGNS]
        members = [str(member.id) for member in seats if member]
    with serving.served(place):
        sponsor, manager = signed_in(place, SIGNS[0]), signed_in(place, "manager")
        pages = Times.of([asked(sponsor, READINESS).seconds for _ in range(WARM + ASKED)][WARM:])
        with _others_write(place) as waits:
            number, freezing = _freeze(manager, members)
        signing = [_sign(place, name, number) for name in SIGNS]
    return {
        "readiness_ms": pages.median, "readiness_p95_ms": pages.p95, "freezing_s": freezing,
        "longest_wait_ms": max(waits) * 1000, "usual_wait_ms": sorted(waits)[len(waits) // 2] * 1000,
        "signing_ms": max(signing) * 1000,
    }  # fmt: skip


def _close(world: World) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        cycling.take_action(world.project, cycle, "close", by=by, reason="measured")


@contextmanager
def _others_write(place: Place) -> Iterator[list[float]]:
    """Let somebody else commit one row after the other meanwhile; yields how many seconds each took."""
    seconds, done = [], threading.Event()

    def write() -> None:
        with opened(place):
            with aside(db.engine) as connection:
                connection.execute(sa.text("CREATE TABLE other (id INTEGER)"))
            while not done.is_set():
                begun = time.perf_counter()
                with aside(db.engine) as connection:
                    connection.execute(sa.text("INSERT INTO other VALUES (1)"))
                seconds.append(time.perf_counter() - begun)
                done.wait(0.01)
            with aside(db.engine) as connection:
                connection.execute(sa.text("DROP TABLE other"))

    writer = threading.Thread(target=write)
    writer.start()
    while len(seconds) < WARM:
        time.sleep(0.05)
    yield seconds
    done.set()
    writer.join()


def _freeze(manager: Client, members: list[str]) -> tuple[int, float]:
    """Ask for a decision as the browser does; return its number and the seconds."""
    fields = manager.get(REQUEST).fields(REQUEST)
    pairs = [("title", "Everything"), ("scope", "cycles"), ("cycles", "1"), *(("signatories", id_) for id_ in members)]
    answer = manager.post(REQUEST, [*fields.items(), *pairs])
    if answer.status != 303:
        raise RuntimeError(f"asking answered {answer.status}")
    return int(answer.headers["Location"].rpartition("/")[2]), answer.seconds


def _sign(place: Place, name: str, number: int) -> float:
    """Accept as one signatory does, with everything that is not met; return the seconds."""
    client, path = signed_in(place, name), f"/projects/PAY/signoffs/{number}"
    page = client.get(path)
    with opened(place) as app:
        code = known_world(app).code(name)
    reasons = dict.fromkeys(re.findall(r'name="(waiver-[^"]+)"', page.text), "Seen")
    given = {"decision": "accepted", "read": "1", "consent": "1", "password": PASSWORD, "code": code}
    answer = client.post(f"{path}/sign", page.fields(f"{path}/sign") | reasons | given)
    if answer.status != 303:
        raise RuntimeError(f"signing answered {answer.status}")
    return answer.seconds
