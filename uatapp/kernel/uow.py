"""The unit of work: the one place that commits.

It ends the read transaction, takes the write lock, runs the body, flushes, hands events to their
handlers, writes the audit entries, refuses untold changes, and commits. Any exception undoes it all.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from uatapp.kernel.actor import Actor
from uatapp.kernel.db import Audited, Frozen, db
from uatapp.kernel.events import Event

Handler = Callable[[Any], None]
Subscriptions = dict[type[Event], Sequence[Handler]]


@dataclass(frozen=True, slots=True)
class Told:
    """An event with the rows and tables whose change it tells."""

    event: Event
    rows: tuple[object, ...]
    tables: tuple[type, ...]


class Untold(RuntimeError):
    """An audited row changed without an event: a mistake in our code, never committed."""


@dataclass
class Wiring:
    """What the composition root plugs in: who reacts to events, and who writes the audit trail."""

    subscriptions: Subscriptions = field(default_factory=dict)
    write_audit: Callable[[list[Told], Actor], None] = lambda told, by: None
    on_begin: list[Callable[[], None]] = field(default_factory=list)

    def handlers(self, told: Told) -> tuple[Handler, ...]:
        return tuple(self.subscriptions.get(type(told.event), ()))


def wiring() -> Wiring:
    """Return the application's wiring."""
    found: Wiring = current_app.extensions["uatapp-wiring"]
    return found


def record(event: Event, *told: object) -> None:
    """Note an event in the open unit of work, with the rows (or mapped classes, for set-based acts) it tells of."""
    session = db.session()
    if "events" not in session.info:
        raise RuntimeError("Events are recorded inside a unit of work")
    rows = tuple(x for x in told if not isinstance(x, type))
    session.info["events"].append(Told(event, rows, tuple(x for x in told if isinstance(x, type))))


@contextmanager
def unit_of_work(by: Actor) -> Iterator[Session]:
    """Run one change as a whole. Refuses to nest; rolls back on any exception."""
    session = db.session()
    if "events" in session.info:
        raise RuntimeError("Units of work do not nest")
    session.rollback()
    session.connection(execution_options={"uatapp_write": True})
    session.info.update(events=[], changed=[], changed_tables=set())
    try:
        for begin in wiring().on_begin:
            begin()
        yield session
        _tell(session, by)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        after = session.info.pop("after_commit", []) if not session.in_transaction() else []
        for key in ("events", "changed", "changed_tables", "after_commit"):
            session.info.pop(key, None)
    for act in after:
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Do something quick once the open unit of work is durable (such as waking the worker); never a change."""
    db.session().info.setdefault("after_commit", []).append(act)


def _tell(session: Session, by: Actor) -> None:
    events: list[Told] = session.info["events"]
    seen = 0
    session.flush()
    while seen < len(events):
        told = events[seen]
        seen += 1
        for handle in wiring().handlers(told):
            handle(told.event)
        session.flush()
    _guard(session, events)
    if events:
        wiring().write_audit(events, by)
        session.flush()


def _guard(session: Session, events: list[Told]) -> None:
    rows = {id(row) for told in events for row in told.rows}
    tables = {table for told in events for table in told.tables}
    for row in session.info["changed"]:
        if id(row) in rows or (type(row) in tables and not isinstance(row, Frozen)):
            continue
        raise Untold(f"{type(row).__name__} changed without an event")
    for table in session.info["changed_tables"] - tables:
        raise Untold(f"{table.__name__} changed in bulk without an event")


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, context: UOWTransaction, instances: object) -> None:
    if "changed" not in session.info:
        audited = [x for x in (*session.new, *session.deleted) if isinstance(x, Audited)]
        audited += [x for x in session.dirty if isinstance(x, Audited) and session.is_modified(x)]
        if audited:
            raise Untold(f"{type(audited[0]).__name__} changed outside of a unit of work")
        return
    noted = session.info["changed"]
    noted.extend(x for x in (*session.new, *session.deleted) if isinstance(x, Audited))
    noted.extend(x for x in session.dirty if isinstance(x, Audited) and session.is_modified(x))


@event.listens_for(Session, "do_orm_execute")
def _note_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, Audited):
        return
    if "changed_tables" not in state.session.info:
        raise Untold(f"{mapper.class_.__name__} changed outside of a unit of work")
    state.session.info["changed_tables"].add(mapper.class_)
