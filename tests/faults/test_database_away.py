"""PostgreSQL crashes under load, and is away for a while: a plain page meanwhile, nothing lost, no help needed."""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import FEW, MANY, fill
from tests.faults.servers import Person, Place, Server, in_order, opened, submit, work_of
from tests.operations.test_serving import eventually
from tests.postgres import PREFIX, PostgresServer, parent


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of one's own, as durable as one for work."""
    folder = parent() / f"{PREFIX}{os.getpid()}-faults"
    folder.mkdir()
    server = PostgresServer(folder, synchronous_commit="on")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def place(database: PostgresServer, password_hash: str, tmp_path_factory: pytest.TempPathFactory, soak: bool) -> Place:
    home, url = tmp_path_factory.mktemp("home"), database.create("uatapp")
    return Place(home, url, fill(home, url, MANY if soak else FEW, password_hash))


@pytest.mark.proves("F9")
def test_results_outlive_crashes_of_the_database(
    place: Place, server: Server, database: PostgresServer, soak: bool
) -> None:
    clients, crashes = (8, 12) if soak else (4, 2)
    tester, todo = Person(place, "tester"), work_of(place, "tester")
    done: list[int] = []

    def work(mine: int) -> None:
        person = tester.twin()
        for assignment_id in todo[mine::clients]:
            assert set(submit(person, assignment_id)) <= {303, 503}
            done.append(assignment_id)

    with ThreadPoolExecutor(clients) as pool:
        working = [pool.submit(work, mine) for mine in range(clients)]
        for when in sorted(random.sample(range(len(todo) - clients), crashes)):
            assert eventually(lambda when=when: len(done) >= when)
            time.sleep(random.uniform(0, 0.05))
            database.halt()
            database.resume()
        for one in working:
            one.result()
    in_order(place, todo)


@pytest.mark.proves("F10")
def test_a_plain_page_while_the_database_is_away(place: Place, server: Server, database: PostgresServer) -> None:
    person, assignment_id = Person(place, "tester2"), work_of(place, "tester2")[0]
    person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    database.halt()
    try:
        for answer in (
            person.get("/projects/PAY/"),
            person.get(opened(assignment_id)),
            person.get("/sign-in"),
            person.post(opened(assignment_id, "/draft"), version="1", remark="typed meanwhile"),
        ):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), answer.url
            assert answer.headers["X-Request-ID"] in answer.text
            assert "try again in a moment" in answer.text
            assert "Traceback" not in answer.text
            assert "psycopg" not in answer.text
    finally:
        database.resume()
    assert person.post(opened(assignment_id, "/draft"), version="1", remark="typed meanwhile").status_code == 200
    in_order(place)
