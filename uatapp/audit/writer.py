"""The audit writer: one entry per event, in the transaction of the change, chain heads locked last and in order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context

from uatapp.audit import chain as chains
from uatapp.audit.frozen import fingerprint
from uatapp.audit.models import AuditChain, AuditEntry, AuditList, AuditText
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import Frozen, db
from uatapp.kernel.events import Event
from uatapp.kernel.uow import Told

SYSTEM_CHAIN = "system"


def open_chain(name: str, project_id: int | None) -> None:
    """Begin the chain of a project (or of the system); its first entry will be told to the system's chain."""
    db.session.add(AuditChain(name=name, project_id=project_id, seq=0, hash=chains.genesis(name)))
    db.session.flush()


def open_system_chain(connection: sa.Connection) -> None:
    """Begin the system's chain where there is none. By the table alone: mapped classes take time to get ready."""
    table = AuditChain.metadata.tables[AuditChain.__tablename__]
    if connection.scalar(sa.select(table.c.id).where(table.c.name == SYSTEM_CHAIN)) is None:
        row = {"name": SYSTEM_CHAIN, "seq": 0, "hash": chains.genesis(SYSTEM_CHAIN), "at": clock.now()}
        connection.execute(sa.insert(table).values(row))


def write(told: list[Told], by: Actor) -> None:
    """Write the entries of a unit of work; refuse when a project has no chain."""
    heads = _lock(sorted({t.event.project_id or 0 for t in told}))
    for item in told:
        head = heads[item.event.project_id or 0]
        first = head.seq == 0 and head.project_id is not None
        _append(head, _body(item), item)
        if first:
            opened = {"action": "audit.chain_opened", "subject": head.name, "facts": {"hash": head.hash}}
            _append(heads[0], {**opened, "actor": _actor(SYSTEM)}, None)


def _lock(project_ids: list[int]) -> dict[int, AuditChain]:
    wanted = sa.or_(AuditChain.project_id.in_(project_ids), AuditChain.project_id.is_(None))
    new = sa.select(AuditChain).where(wanted).order_by(AuditChain.id)
    heads = {row.project_id or 0: row for row in db.session.scalars(new).all()}
    need_system = 0 in project_ids or any(h.seq == 0 for h in heads.values())
    ids = [h.id for h in heads.values() if h.project_id is not None or need_system]
    lock = sa.select(AuditChain).where(AuditChain.id.in_(ids)).order_by(AuditChain.id).with_for_update()
    return {
        row.project_id or 0: row for row in db.session.scalars(lock.execution_options(populate_existing=True)).all()
    }


def _actor(by: Actor) -> dict[str, str]:
    return {"id": by.uid, "name": by.name}


def _body(told: Told) -> dict[str, Any]:
    event: Event = told.event
    body: dict[str, Any] = {"action": event.action, "subject": event.subject, "actor": _actor(event.by)}
    body["facts"] = {k: _plain(v) for k, v in event.facts().items()}
    frozen = [row for row in told.rows if isinstance(row, Frozen)]
    if frozen:
        body["frozen"] = [[row.frozen_ref(), fingerprint(row)] for row in frozen]
    if event.items:
        body["items"] = list(event.items)
    return body


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | frozenset):
        return [str(v) for v in value]
    return value if isinstance(value, bool | int) or value is None else str(value)


def _append(head: AuditChain, body: dict[str, Any], told: Told | None) -> None:
    at = max(clock.iso(clock.now()), clock.iso(head.at))
    seq = head.seq + 1
    body |= {"v": chains.VERSION, "chain": head.name, "seq": seq, "at": at}
    if has_request_context() and "request_id" in g:
        body["request"] = g.request_id
    beside: list[AuditText | AuditList] = []
    for kind in ("frozen", "items"):
        if len(body.get(kind, ())) > chains.INLINE:
            beside.append(AuditList(chain=head.name, seq=seq, kind=kind, items=chains.canonical(body[kind])))
            body[kind] = chains.listed(body[kind])
    if told:
        beside += _commit(head.name, seq, body, told.event)
    _store(head, body, beside)


def _commit(name: str, seq: int, body: dict[str, Any], event: Event) -> Iterable[AuditText]:
    for field, text in event.texts().items():
        salt, commitment = chains.commit_to(text)
        body.setdefault("texts", {})[field] = commitment
        yield AuditText(chain=name, seq=seq, field=field, salt=salt, text=text)


def _store(head: AuditChain, body: dict[str, Any], beside: list[AuditText | AuditList]) -> None:
    text = chains.canonical(body)
    entry = AuditEntry(chain=head.name, seq=body["seq"], prev_hash=head.hash, body=text, at=body["at"])
    entry.hash = chains.entry_hash(head.hash, text)
    entry.actor, entry.action, entry.subject = body["actor"]["id"], body["action"], body["subject"]
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(beside)
    head.seq, head.hash, head.at = entry.seq, entry.hash, datetime.fromisoformat(body["at"])
