"""A server killed while people submit and upload, and lines cut in between: nothing lost, nothing twice."""

import hashlib
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from tests.faults.servers import RIGHT, Person, Place, Server, in_order, opened, submit, work_of
from tests.operations.test_serving import eventually
from uatapp.evidence.models import Evidence
from uatapp.runs.models import Run


@pytest.mark.proves("F1")
def test_results_outlive_kills(place: Place, server: Server, soak: bool) -> None:
    clients, kills = (8, 100) if soak else (4, 2)
    tester, todo = Person(place, "tester"), work_of(place, "tester")
    done: list[int] = []

    def work(mine: int) -> None:
        person = tester.twin()
        for assignment_id in todo[mine::clients]:
            assert set(submit(person, assignment_id)) <= {0, 303}
            done.append(assignment_id)

    with ThreadPoolExecutor(clients) as pool:
        working = [pool.submit(work, mine) for mine in range(clients)]
        for when in sorted(random.sample(range(len(todo) - clients), kills)):
            assert eventually(lambda when=when: len(done) >= when)
            time.sleep(random.uniform(0, 0.05))
            server.kill()
            server.start()
        for one in working:
            one.result()
    in_order(place, todo)


@pytest.mark.proves("F6")
def test_a_line_cut_after_sending_and_the_form_sent_again(place: Place, server: Server) -> None:
    person, assignment_id = Person(place, "tester2"), work_of(place, "tester2")[0]
    person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    sent = {**RIGHT, "version": "1", "form_key": "cut in between"}
    _send(person, _raw(person, opened(assignment_id, "/submit"), sent)).close()
    stored = sa.select(Run.id).where(Run.assignment_id == assignment_id)
    assert eventually(lambda: len(place.scalars(stored)) == 1)
    assert person.post(opened(assignment_id, "/submit"), **sent).status_code == 303
    in_order(place, [assignment_id])


@pytest.mark.proves("F2")
def test_files_outlive_kills_whole_or_not_at_all(place: Place, server: Server, soak: bool) -> None:
    person, assignment_id = Person(place, "tester2"), work_of(place, "tester2")[0]
    person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    for kill in range(50 if soak else 1):
        whole, cut = (f"{kill} {name}\n".encode() * 300_000 for name in ("whole", "cut"))
        raw = [_upload(person, assignment_id, text) for text in (whole, cut)]
        lines = [_send(person, raw[0]), _send(person, raw[1][: random.randrange(2000, len(raw[1]))])]
        time.sleep(random.uniform(0, 0.1))
        server.kill()
        for line in lines:
            line.close()
        server.start()
        assert _half_files(place) == []
        for text in (whole, cut):
            fields = {"form_key": _key(text), "version": "1", "files": {"files": ("log.txt", text)}}
            assert person.insist(opened(assignment_id, "/files"), **fields) == [303]
            wanted = sa.select(Evidence.id).where(Evidence.sha256 == hashlib.sha256(text).hexdigest())
            assert len(place.scalars(wanted)) == 1
    in_order(place)


def _key(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:20]


def _upload(person: Person, assignment_id: int, text: bytes) -> bytes:
    fields = {"form_key": _key(text), "version": "1"}
    return _raw(person, opened(assignment_id, "/files"), fields, {"files": ("log.txt", text)})


def _raw(person: Person, path: str, fields: dict[str, str], files: object = None) -> bytes:
    """Return the bytes of a form as they go over the line."""
    data = {"csrf_token": person.token, **fields}
    made = requests.Request("POST", f"{person.place.base}{path}", data=data, files=files)  # type: ignore[arg-type]
    ready = person.browser.prepare_request(made)
    head = "".join(f"{name}: {value}\r\n" for name, value in ready.headers.items())
    body = ready.body if isinstance(ready.body, bytes) else str(ready.body).encode()
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{person.place.port}\r\n{head}\r\n".encode() + body


def _send(person: Person, raw: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", person.place.port), timeout=30)
    line.sendall(raw)
    return line


def _half_files(place: Place) -> list[Path]:
    """Return the files whose bytes are not those of their name."""
    named = (path for path in (place.home / "evidence").glob("??/*") if "#" not in path.name)
    return [path for path in named if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
