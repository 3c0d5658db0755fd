"""One chain from its first entry to its head: numbers, links, hashes, bodies, and what lies beside."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.audit import chain as chains
from uatapp.audit.models import AuditChain, AuditEntry, AuditList, AuditText
from uatapp.kernel import clock
from uatapp.operations.checks.index import Index
from uatapp.operations.checks.report import Report

WINDOW = 500
STATE_TOLD = ("defect.moved", "signoff.moved", "condition.moved", "act.moved")


@dataclass(slots=True)
class Beside:
    """Texts and lists of a window of entries, by the entry's number."""

    texts: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)
    lists: dict[int, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Walk:
    """Where the walk along a chain stands."""

    session: Session
    chain: str
    index: Index
    report: Report
    since: int
    prev: str
    expected: int = 1
    last_at: str = ""
    opened: dict[str, str] = field(default_factory=dict)


def check(session: Session, head: AuditChain, index: Index, report: Report, since: int = 1) -> dict[str, str]:
    """Check one chain; entries before `since` are believed. Return the chains that it says were opened."""
    walk = Walk(session, head.name, index, report, since, chains.genesis(head.name))
    for rows in _windows(session, head.name):
        beside = _beside(session, head.name, rows)
        for row in rows:
            _place(walk, row)
            _content(walk, row, beside)
        session.expunge_all()
        report.progress(report.counts["entries"], report.total)
    _head(walk, head)
    return walk.opened


def _windows(session: Session, chain: str) -> Iterator[Sequence[AuditEntry]]:
    last: tuple[int, int] = (-(2**31), 0)
    place = sa.tuple_(AuditEntry.seq, AuditEntry.id)
    while True:
        statement = sa.select(AuditEntry).where(AuditEntry.chain == chain, place > last)
        rows = session.scalars(statement.order_by(AuditEntry.seq, AuditEntry.id).limit(WINDOW)).all()
        if not rows:
            return
        last = (rows[-1].seq, rows[-1].id)
        yield rows


def _beside(session: Session, chain: str, rows: Sequence[AuditEntry]) -> Beside:
    low, high = rows[0].seq, rows[-1].seq
    found = Beside()
    texts = sa.select(AuditText.seq, AuditText.field, AuditText.salt, AuditText.text)
    for seq, name, salt, text in session.execute(
        texts.where(AuditText.chain == chain, AuditText.seq.between(low, high))
    ):
        found.texts.setdefault(seq, {})[name] = (salt, text)
    lists = sa.select(AuditList.seq, AuditList.kind, AuditList.items)
    for seq, kind, items in session.execute(lists.where(AuditList.chain == chain, AuditList.seq.between(low, high))):
        found.lists.setdefault(seq, {})[kind] = items
    return found


def _place(walk: Walk, row: AuditEntry) -> None:
    """Check number and link; then go on from this entry, whatever it is."""
    walk.report.counts["entries"] += 1
    if row.seq > walk.expected:
        walk.report.bad(walk.chain, walk.expected, f"entries {walk.expected} to {row.seq - 1} are missing")
    elif row.seq < walk.expected:
        walk.report.bad(walk.chain, row.seq, "the number of this entry is there twice, or is below 1")
    if row.prev_hash != walk.prev and row.seq >= walk.since:
        walk.report.bad(walk.chain, row.seq, "does not follow from the entry before it")
    if row.seq >= walk.since and chains.entry_hash(row.prev_hash, row.body) != row.hash:
        walk.report.bad(walk.chain, row.seq, "its hash does not fit its body")
    walk.prev, walk.expected = row.hash, row.seq + 1


def _content(walk: Walk, row: AuditEntry, beside: Beside) -> None:
    try:
        body = json.loads(row.body)
        if row.seq >= walk.since:
            for reason in _body_reasons(walk, row, body):
                walk.report.bad(walk.chain, row.seq, reason)
        walk.last_at = body["at"]
        texts, lists = beside.texts.get(row.seq, {}), beside.lists.get(row.seq, {})
        if row.seq >= walk.since:
            for reason in (*_text_reasons(body, texts), *_list_reasons(body, lists)):
                walk.report.bad(walk.chain, row.seq, reason)
        _remember(walk, row.seq, body, lists)
    except (ValueError, KeyError, TypeError, AttributeError) as odd:
        walk.report.bad(walk.chain, row.seq, f"its body cannot be read ({type(odd).__name__})")


def _body_reasons(walk: Walk, row: AuditEntry, body: dict[str, Any]) -> Iterator[str]:
    if chains.canonical(body) != row.body:
        yield "its body is not in canonical form"
    if body["v"] != chains.VERSION or (body["chain"], body["seq"]) != (walk.chain, row.seq):
        yield "its body belongs to another entry"
    derived = (body["at"], body["actor"]["id"], body["action"], body["subject"])
    if derived != (row.at, row.actor, row.action, row.subject):
        yield "its columns do not say what its body says"
    if body["at"] < walk.last_at:
        yield "its time is before that of the entry before it"


def _text_reasons(body: dict[str, Any], texts: dict[str, tuple[str, str]]) -> Iterator[str]:
    committed: dict[str, str] = body.get("texts", {})
    for name in committed.keys() - texts.keys():
        yield f"its text “{name}” is missing"
    for name in texts.keys() - committed.keys():
        yield f"a text “{name}” was added"
    for name in texts.keys() & committed.keys():
        salt, text = texts[name]
        if chains.sha256(salt + text) != committed[name]:
            yield f"its text “{name}” was changed"


def _list_reasons(body: dict[str, Any], lists: dict[str, str]) -> Iterator[str]:
    named = {kind for kind in ("frozen", "items") if isinstance(body.get(kind), dict)}
    for kind in named - lists.keys():
        yield f"its list of {kind} is missing"
    for kind in lists.keys() - named:
        yield f"a list of {kind} was added"
    for kind in lists.keys() & named:
        if chains.listed(json.loads(lists[kind])) != body[kind] or chains.sha256(lists[kind]) != body[kind]["sha256"]:
            yield f"its list of {kind} was changed"


def _remember(walk: Walk, seq: int, body: dict[str, Any], lists: dict[str, str]) -> None:
    frozen = body.get("frozen", [])
    if isinstance(frozen, dict):
        frozen = json.loads(lists["frozen"]) if "frozen" in lists else []
    walk.index.add_frozen(walk.chain, seq, frozen)
    if body["action"] in STATE_TOLD:
        walk.index.set_state(walk.chain, body["subject"], body["facts"]["to"], seq)
    if body["action"] == "audit.chain_opened":
        walk.opened[body["subject"]] = body["facts"]["hash"]


def _head(walk: Walk, head: AuditChain) -> None:
    last = walk.expected - 1
    walk.report.heads[walk.chain] = (last, walk.prev)
    if (head.seq, head.hash) != (last, walk.prev):
        walk.report.bad(walk.chain, head.seq, f"the head says entry {head.seq}, the last entry is {last}")
    elif walk.last_at and clock.iso(head.at) != walk.last_at:
        walk.report.bad(walk.chain, head.seq, "the head's time is not that of the last entry")
