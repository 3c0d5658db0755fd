"""Many people at once on SQLite, and a restart under them: no request fails."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.servers import RIGHT, Person, Place, Server, children, in_order, opened, work_of
from tests.operations.test_serving import eventually


@pytest.fixture(scope="module")
def place(sqlite_place: Place) -> Place:
    return sqlite_place


@pytest.mark.proves("F11")
def test_many_writers_on_sqlite(place: Place, server: Server, soak: bool) -> None:
    saves = 200 if soak else 3
    tester, todo = Person(place, "tester"), work_of(place, "tester")

    def work(assignment_id: int) -> list[int]:
        person = tester.twin()
        answers = [person.post(f"/projects/PAY/runs/start/{assignment_id}")]
        for version in range(1, saves + 1):
            answers.append(person.post(opened(assignment_id, "/draft"), version=version, remark=f"word {version}"))
        sent = {**RIGHT, "version": saves + 1}
        return [answer.status_code for answer in (*answers, person.post(opened(assignment_id, "/submit"), **sent))]

    for chosen in (todo[:8], todo[8:40]):
        with ThreadPoolExecutor(len(chosen)) as pool:
            for answered in pool.map(work, chosen):
                assert answered == [303, *[200] * saves, 303]
    in_order(place, todo[:40])


@pytest.mark.proves("F34")
def test_a_rolling_restart_fails_no_request(place: Place, server: Server, soak: bool) -> None:
    tester, todo, over = Person(place, "tester2"), work_of(place, "tester2")[:4], threading.Event()

    def work(assignment_id: int) -> list[int]:
        person, version = tester.twin(), 1
        answers = [person.post(f"/projects/PAY/runs/start/{assignment_id}")]
        while not over.is_set():
            answers.append(person.get(opened(assignment_id)))
            answers.append(person.post(opened(assignment_id, "/draft"), version=version, remark=f"word {version}"))
            version += 1
        answers.append(person.post(opened(assignment_id, "/submit"), version=version, **RIGHT))
        return [answer.status_code for answer in answers]

    with ThreadPoolExecutor(len(todo)) as pool:
        working = [pool.submit(work, assignment_id) for assignment_id in todo]
        for _restart in range(10 if soak else 2):
            before = set(children(server.process.pid))
            server.process.send_signal(signal.SIGHUP)
            replaced = eventually(lambda before=before: not before & set(children(server.process.pid)))
        over.set()
        for one in working:
            answered = one.result()
            assert answered == [303, *[200] * (len(answered) - 2), 303]
    assert replaced
    in_order(place, todo)
