"""The audit trail's page: who may read it, what it says, how it is filtered, and its export."""

import hashlib
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.operations.story import Happened
from tests.world import World
from uatapp.kernel.db import db
from uatapp.kernel.uow import record, unit_of_work

PATH = "/projects/PAY/audit/"


def tell(world: World, count: int = 1, by: str = "analyst", subject: str = "PAY-D1", **facts: object) -> None:
    actor = world.actor(by)
    with unit_of_work(actor):
        for _number in range(count):
            record(Happened(project_id=world.project.id, subject=subject, by=actor, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("partner_manager", 200), ("auditor", 200), ("tester", 403), ("sponsor", 403), ("lead", 403),
     ("admin", 404), ("stranger", 404)],
)  # fmt: skip
def test_who_reads_it(site: World, who: str, status: int) -> None:
    client = site.client(who)
    assert client.get(PATH).status_code == status
    assert client.get(f"{PATH}trail.jsonl").status_code == status


def test_it_tells_in_sentences_with_the_projects_time(site: World) -> None:
    tell(site, why="<script>alert(1)</script>")
    page = site.client("auditor").get(PATH).text
    assert "Anna Analyst did something to PAY-D1" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "CET" in page or "CEST" in page
    assert (
        "created the project Order to cash for Nordwind with Halden"
        in site.client("auditor").get(f"{PATH}?subject=PAY").text
    )


@pytest.mark.proves("E27")
def test_it_is_filtered_by_person_thing_and_day(site: World) -> None:
    tell(site, by="analyst", subject="PAY-D1")
    tell(site, by="lead", subject="PAY-D22")
    client = site.client("auditor")

    def found(**asked: str) -> str:
        return client.get(PATH, query_string=asked).text

    assert "PAY-D22" not in found(person=site.actor("analyst").uid).partition("<ol")[2]
    assert "something to PAY-D22" in found(subject="pay-d2")
    assert "something to PAY-D1" not in found(subject="pay-d2")
    assert "No entry fits" in found(until="2001-01-01")
    assert "something to PAY-D1" in found(since="2001-01-01")
    assert "something to PAY-D1" in found(since="nonsense")
    assert "No entry fits" in found(subject="%")


def test_lists_open_beside_their_entry(site: World) -> None:
    tell(site, items=tuple(f"PAY-R{n}" for n in range(300)))
    page = site.client("auditor").get(PATH).text
    assert "300 things" in page
    assert '<li class="break">PAY-R7</li>' in page
    assert "and 100 more" in page


@pytest.mark.proves("E27")
def test_the_export_can_be_checked_elsewhere(site: World) -> None:
    tell(site, why="because", items=tuple(str(n) for n in range(9)))
    lines = [json.loads(line) for line in site.client("auditor").get(f"{PATH}trail.jsonl").text.splitlines()]
    prev = lines[0]["prev_hash"]
    for seq, line in enumerate(lines, 1):
        assert (line["seq"], line["prev_hash"]) == (seq, prev)
        prev = hashlib.sha256(b"uat-audit-v1\n" + prev.encode() + b"\n" + line["body"].encode()).hexdigest()
        assert prev == line["hash"]
    last, body = lines[-1], json.loads(lines[-1]["body"])
    text = last["texts"]["why"]
    assert hashlib.sha256((text["salt"] + text["text"]).encode()).hexdigest() == body["texts"]["why"]
    assert hashlib.sha256(last["lists"]["items"].encode()).hexdigest() == body["items"]["sha256"]


def test_its_statements_do_not_grow_with_its_rows(site: World) -> None:
    client = site.client("auditor")
    tell(site, 5, why="why", items=tuple(str(n) for n in range(9)))
    client.get(PATH)
    few = statements(lambda: client.get(PATH).status_code)
    tell(site, 300, why="why", items=tuple(str(n) for n in range(9)))
    assert statements(lambda: client.get(PATH).status_code) == few
    assert client.get(f"{PATH}?page=3").status_code == 200


def statements(act: Callable[[], int]) -> int:
    counted: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        counted.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert act() == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(counted)
