"""Reads of the audit trail: entries with their texts and lists, filtered, in pages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.audit.models import AuditChain, AuditEntry, AuditList, AuditText
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for; dates are days of the project's zone, both included."""

    person: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as read: its body, and the texts and lists beside it."""

    seq: int
    at: datetime
    hash: str
    body: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def entries(chain: str, wanted: Wanted, zone: str) -> sa.Select[Any]:
    """Select the entries that a reader asked for, the newest first."""
    statement = sa.select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq.desc())
    if wanted.person:
        statement = statement.where(AuditEntry.actor == wanted.person)
    if wanted.subject:
        sought = wanted.subject.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        statement = statement.where(sa.func.lower(AuditEntry.subject).like(f"{sought.lower()}%", escape="!"))
    if wanted.since:
        statement = statement.where(AuditEntry.at >= _start(wanted.since, zone))
    if wanted.until:
        statement = statement.where(AuditEntry.at < _start(wanted.until + timedelta(days=1), zone))
    return statement


def _start(day: date, zone: str) -> str:
    return clock.iso(datetime.combine(day, time(), ZoneInfo(zone)))


def read(chain: str, rows: Sequence[AuditEntry]) -> list[Told]:
    """Put entries together with what lies beside them: two statements, whatever their number."""
    numbers = [row.seq for row in rows]
    texts: dict[int, dict[str, str]] = {}
    for seq, name, text in db.session.execute(_beside(AuditText, AuditText.field, AuditText.text, chain, numbers)):
        texts.setdefault(seq, {})[name] = text
    lists: dict[int, dict[str, list[Any]]] = {}
    for seq, kind, items in db.session.execute(_beside(AuditList, AuditList.kind, AuditList.items, chain, numbers)):
        lists.setdefault(seq, {})[kind] = json.loads(items)
    return [_told(row, texts.get(row.seq, {}), lists.get(row.seq, {})) for row in rows]


def _beside(kind: Any, name: Any, value: Any, chain: str, numbers: Sequence[int]) -> sa.Select[Any]:
    return sa.select(kind.seq, name, value).where(kind.chain == chain, kind.seq.in_(numbers))


def _told(row: AuditEntry, texts: dict[str, str], lists: dict[str, list[Any]]) -> Told:
    body = json.loads(row.body)
    inline = {kind: body[kind] for kind in ("items", "frozen") if isinstance(body.get(kind), list)}
    return Told(row.seq, datetime.fromisoformat(row.at), row.hash, body, texts, {**inline, **lists})


def lately(chain: str, action: str, *, since: datetime, limit: int = 10) -> list[Told]:
    """Return the newest entries of one kind that the program itself wrote, without what lies beside them."""
    where = (AuditEntry.chain == chain, AuditEntry.actor == SYSTEM.uid, AuditEntry.action == action)
    statement = sa.select(AuditEntry).where(*where, AuditEntry.at >= clock.iso(since))
    rows = db.session.scalars(statement.order_by(AuditEntry.seq.desc()).limit(limit)).all()
    return [_told(row, {}, {}) for row in rows]


def list_people(chain: str) -> list[tuple[str, str]]:
    """Return who has acted, as (identity, name in the newest entry), by name."""
    newest = sa.select(sa.func.max(AuditEntry.seq)).where(AuditEntry.chain == chain).group_by(AuditEntry.actor)
    statement = sa.select(AuditEntry.actor, AuditEntry.body).where(
        AuditEntry.chain == chain, AuditEntry.seq.in_(newest.scalar_subquery())
    )
    found = [(actor, json.loads(body)["actor"]["name"]) for actor, body in db.session.execute(statement)]
    return sorted(found, key=lambda row: row[1].casefold())


def find_head(chain: str) -> AuditChain | None:
    """Return a chain's head."""
    return db.session.scalar(sa.select(AuditChain).where(AuditChain.name == chain))


def lines(engine: sa.Engine, chain: str) -> Iterator[str]:
    """Yield a chain as JSON Lines, on a connection of its own: exact bodies, texts with their salts, lists."""
    with Session(engine) as session:
        last = 0
        while rows := session.scalars(_after(chain, last)).all():
            last = rows[-1].seq
            yield from _lines(session, chain, rows)
            session.expunge_all()


def _after(chain: str, seq: int) -> sa.Select[AuditEntry]:
    statement = sa.select(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.seq > seq)
    return statement.order_by(AuditEntry.seq).limit(AT_ONCE)


def _lines(session: Session, chain: str, rows: Sequence[AuditEntry]) -> Iterator[str]:
    numbers = [row.seq for row in rows]
    texts: dict[int, dict[str, Any]] = {}
    for row in session.scalars(sa.select(AuditText).where(AuditText.chain == chain, AuditText.seq.in_(numbers))):
        texts.setdefault(row.seq, {})[row.field] = {"salt": row.salt, "text": row.text}
    lists: dict[int, dict[str, str]] = {}
    for seq, kind, items in session.execute(_beside(AuditList, AuditList.kind, AuditList.items, chain, numbers)):
        lists.setdefault(seq, {})[kind] = items
    for entry in rows:
        line = {
            "chain": chain,
            "seq": entry.seq,
            "prev_hash": entry.prev_hash,
            "hash": entry.hash,
            "body": entry.body,
            "texts": texts.get(entry.seq, {}),
            "lists": lists.get(entry.seq, {}),
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"
