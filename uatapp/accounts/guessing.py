"""Guessing limits: failed tries are counted per purpose and key, and slow down whoever goes on.

Keys are accounts (a mail address or a uid) and network addresses (`address()`); only a keyed hash is kept.
Where a person has signed in before, their tries are counted apart, so that strangers elsewhere cannot keep them out.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app, has_request_context, request
from flask_babel import ngettext
from sqlalchemy.dialects import postgresql, sqlite

from uatapp.accounts import rules
from uatapp.accounts.models import Guess
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.kernel.errors import TooMany
from uatapp.kernel.events import Event
from uatapp.kernel.uow import record, unit_of_work

ADDRESS, PLACE = "address:", "place"
PLACE_KNOWN_FOR = timedelta(days=90)
OPEN_TO_ALL = ("check",)
TABLE = cast(sa.Table, Guess.__table__)


def address() -> str:
    """Return the key of the network address that asks. An office shares one, so it has more tries than an account."""
    return ADDRESS + remote()


def remote() -> str:
    """Return the network address that asks, an IPv6 one by its /64; empty outside of requests."""
    found = (request.remote_addr or "") if has_request_context() else ""
    return ":".join(found.split(":")[:4]) if found.count(":") > 4 else found


def place_of(account: str) -> str:
    """Return the key of an account's tries from here: one of its own where the person has signed in before."""
    place, since = f"{account} at {remote()}", clock.now() - PLACE_KNOWN_FOR
    known = sa.select(Guess.id).where(Guess.purpose == PLACE, Guess.key == _hidden(place), Guess.last_at > since)
    return account if db.session.scalar(known) is None else place


def remember_place(account: str) -> None:
    """Note, in the open unit of work, that a person has signed in from here."""
    _count(PLACE, _hidden(f"{account} at {remote()}"))


def check(purpose: str, *keys: str) -> None:
    """Refuse (TooMany, with the seconds to wait) when one of the keys failed too often a short while ago."""
    rows = db.session.execute(
        sa.select(Guess.key, Guess.count, Guess.last_at).where(
            Guess.purpose == purpose, Guess.key.in_([_hidden(key) for key in keys])
        )
    ).all()
    free = {_hidden(key): _free(purpose, key) for key in keys}
    seconds = max((_left(count, last_at, free[key]) for key, count, last_at in rows), default=0)
    if seconds > 0:
        raise TooMany(refusal(seconds), seconds=seconds)


def _left(count: int, last_at: datetime, free: int) -> int:
    until = last_at + timedelta(seconds=rules.wait_after(count, free))
    return max(0, -int((clock.now() - until).total_seconds() // 1))


def _free(purpose: str, key: str) -> int:
    many = key.startswith(ADDRESS) or purpose in OPEN_TO_ALL
    return rules.FREE_TRIES_OF_AN_ADDRESS if many else rules.FREE_TRIES


def refusal(seconds: int) -> str:
    """Say how long to wait."""
    if seconds <= 90:
        return str(
            ngettext(
                "Too many tries. Wait one second, then try again.",
                "Too many tries. Wait %(num)s seconds, then try again.",
                seconds,
            )
        )
    minutes = -(-seconds // 60)
    return str(ngettext("", "Too many tries. Wait %(num)s minutes, then try again.", minutes))


def attempt(purpose: str, key: str) -> int:
    """Count a try before it is judged, so that many at once are no more than one after the other; return how many now.

    Counted beside the request's own change, whatever becomes of it. Refuses (TooMany) who tried too often;
    `succeeded` forgets the tries.
    """
    hidden, now = _hidden(key), clock.now()
    db.session.rollback()  # whoever waits for the row holds one connection, not two
    with aside(db.engine) as connection:
        row = _insert().values(purpose=purpose, key=hidden, count=0, last_at=now)
        held = row.on_conflict_do_update(index_elements=["purpose", "key"], set_={"purpose": purpose})
        count, last_at = connection.execute(held.returning(Guess.count, Guess.last_at)).one()
        if seconds := _left(count, last_at, _free(purpose, key)):
            raise TooMany(refusal(seconds), seconds=seconds)
        counted = connection.execute(_one_more(purpose, hidden).returning(Guess.count))
        return int(counted.scalar_one())


def failed(purpose: str, *keys: str, telling: Event | None = None) -> None:
    """Count a failed try, in a unit of work of its own; `telling` is written to the audit trail with it."""
    with unit_of_work(SYSTEM):
        for key in sorted({_hidden(key) for key in keys}):
            _count(purpose, key)
        if telling is not None:
            record(telling)


def _count(purpose: str, key: str) -> None:
    db.session.execute(_one_more(purpose, key))


def _insert() -> Any:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(TABLE)


def _one_more(purpose: str, key: str) -> Any:
    now = clock.now()
    forgotten = Guess.last_at < now - rules.FORGOTTEN_AFTER
    changed = {"count": sa.case((forgotten, 1), else_=Guess.count + 1), "last_at": now}
    row = _insert().values(purpose=purpose, key=key, count=1, last_at=now)
    return row.on_conflict_do_update(index_elements=["purpose", "key"], set_=changed)


def succeeded(purpose: str, *keys: str) -> None:
    """Forget the failed tries of these accounts; addresses keep theirs. Writes only when there is something.

    Beside the request's own change; never inside a unit of work.
    """
    hidden = [_hidden(key) for key in keys if not key.startswith(ADDRESS)]
    where = (TABLE.c.purpose == purpose, TABLE.c.key.in_(hidden))
    db.session.rollback()
    with db.engine.connect() as connection:
        if connection.scalar(sa.select(TABLE.c.id).where(*where).limit(1)) is None:
            return
    with aside(db.engine) as connection:
        connection.execute(sa.delete(TABLE).where(*where))


def _hidden(key: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"guess " + key.encode(), hashlib.sha256).hexdigest()
