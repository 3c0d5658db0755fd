"""What an entry holds: references, codes and names; words that people typed lie beside it, committed to."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from tests.operations.story import Happened
from tests.world import World
from uatapp.audit import chain as chains
from uatapp.audit.models import AuditChain, AuditEntry, AuditList, AuditText
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import record, unit_of_work


def tell(world: World, by: str = "analyst", **facts: Any) -> None:
    with unit_of_work(world.actor(by)):
        record(Happened(project_id=world.project.id, subject="PAY-D1", by=world.actor(by), **facts))


def newest(chain: str = "PAY") -> tuple[AuditEntry, dict[str, Any]]:
    statement = sa.select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq.desc()).limit(1)
    row = db.session.scalars(statement).one()
    return row, json.loads(row.body)


def test_an_entry_says_who_when_what_and_on_what(world: World) -> None:
    tell(world, note="code")
    row, body = newest()
    analyst = world.actor("analyst")
    assert body["actor"] == {"id": analyst.uid, "name": "Anna Analyst"}
    assert (body["action"], body["subject"], body["facts"]) == ("test.happened", "PAY-D1", {"note": "code"})
    assert body["at"].endswith("+00:00")
    assert (row.actor, row.action, row.subject, row.at) == (analyst.uid, "test.happened", "PAY-D1", body["at"])
    assert row.hash == chains.entry_hash(row.prev_hash, row.body)
    head = db.session.scalars(sa.select(AuditChain).where(AuditChain.name == "PAY")).one()
    assert (head.seq, head.hash) == (row.seq, row.hash)


def test_typed_words_are_committed_to_and_lie_beside(world: World) -> None:
    tell(world, why="Mrs Example was rude")
    tell(world, why="Mrs Example was rude")
    row, body = newest()
    assert "rude" not in row.body
    text = db.session.scalars(sa.select(AuditText).where(AuditText.seq == row.seq)).one()
    assert text.text == "Mrs Example was rude"
    assert body["texts"] == {"why": chains.sha256(text.salt + text.text)}
    salts = db.session.scalars(sa.select(AuditText.salt).where(AuditText.text == text.text)).all()
    assert len(set(salts)) == 2


def test_an_act_on_many_things_is_one_entry_with_its_list_beside(world: World) -> None:
    items = tuple(f"PAY-R{n}" for n in range(5000))
    tell(world, items=items)
    row, body = newest()
    listed = db.session.scalars(sa.select(AuditList).where(AuditList.chain == "PAY", AuditList.seq == row.seq)).one()
    assert body["items"] == {"count": 5000, "sha256": chains.sha256(listed.items)}
    assert json.loads(listed.items) == list(items)
    tell(world, items=items[:3])
    assert newest()[1]["items"] == list(items[:3])


@pytest.mark.proves("F23")
def test_time_never_runs_back_on_a_chain(world: World) -> None:
    tell(world)
    before = newest()[0].at
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        tell(world)
    assert newest()[0].at == before


def test_each_chain_begins_on_the_systems_chain(world: World) -> None:
    opened = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "audit.chain_opened")).all()
    told = {row.subject: json.loads(row.body)["facts"]["hash"] for row in opened}
    first = sa.select(AuditEntry.chain, AuditEntry.hash).where(AuditEntry.seq == 1, AuditEntry.chain != "system")
    assert told == dict(db.session.execute(first).tuples().all())
    assert {row.chain for row in opened} == {"system"}
    assert set(told) == {"PAY", "OTH"}


def test_entries_of_two_chains_go_to_each(world: World) -> None:
    before = newest()[0].seq, newest("system")[0].seq
    with unit_of_work(SYSTEM):
        record(Happened(project_id=world.project.id, subject="PAY", by=SYSTEM))
        record(Happened(project_id=None, subject="installation", by=SYSTEM))
    assert (newest()[0].seq, newest("system")[0].seq) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize("odd", ["\ud800", 2**60])
def test_what_has_no_canonical_form_is_refused_and_nothing_is_kept(world: World, odd: Any) -> None:
    before = newest()[0].seq
    with pytest.raises((ValueError, UnicodeError)):
        tell(world, note=odd)
    assert newest()[0].seq == before


def test_canonical_json_is_as_the_standard_has_it() -> None:
    given = {"€": 1, "\r": 2, "\U0001f600": 3, "a": [True, None, "\u2028", -0.0, 1e21]}
    assert chains.canonical(given) == '{"\\r":2,"a":[true,null,"\u2028",0,1e+21],"€":1,"\U0001f600":3}'
