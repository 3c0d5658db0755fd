"""Sessions on the server: the cookie holds a random secret, the table its hash, so that each can be ended.

Rows are read and written on short connections of their own, whatever becomes of the request's change.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import flask
import sqlalchemy as sa
import structlog
from flask import Flask, Request, Response, has_request_context, request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.datastructures import CallbackDict

from uatapp.accounts.models import User, UserSession
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.web.access import PROBES

IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=7)
SEEN_EVERY, KEPT_AFTER = timedelta(minutes=5), timedelta(hours=24)
USER, BEFORE = "_user_id", "_before"
NOT_NOW = (503, 507)  # the answers while the database is away or full
NOISE = {"fs_cc", "_remember", BEFORE, "_fresh", "_id"}
log = structlog.get_logger()
TABLE = cast(sa.Table, UserSession.__table__)
_serializer = TaggedJSONSerializer()


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the table as it was when the request began."""

    id: int
    user_id: int | None
    data: dict[str, Any]
    seen_at: datetime
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def is_over(self) -> bool:
        now = clock.now()
        return self.ended_at is not None or now >= self.expires_at or now - self.seen_at >= IDLE


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What a request reads and writes. `ended` is the session of ours that was over when the request came.

    `fault` is why the table could not be read: nobody may be taken for a stranger because of that.
    """

    def __init__(self, row: Kept | None = None, ended: Kept | None = None, fault: DBAPIError | None = None) -> None:
        def changed(session: Any) -> None:
            session.modified = True

        super().__init__(row.data if row else {}, changed)
        self.modified, self.row, self.ended, self.fault = False, row, ended, fault

    @property
    def is_worth_keeping(self) -> bool:
        return bool(set(self) - NOISE)


class TableSessions(SessionInterface):
    """Flask's session interface over the table `user_session`."""

    def __init__(self, secure: bool) -> None:
        self.secure = secure
        self.name = "__Host-session" if secure else "session"

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.name, "")
        if not token or request.path.startswith("/static/") or request.path in PROBES:
            return ServerSession()
        try:
            return self._opened(token)
        except DBAPIError as fault:
            return ServerSession(fault=fault)

    def _opened(self, token: str) -> ServerSession:
        row = _find(TABLE.c.token_hash == _hash(token))
        if row is None:
            return ServerSession()
        if row.is_over():
            return ServerSession(ended=row if row.user_id else None)
        before = row.data.get(BEFORE) if row.user_id is None else None
        return ServerSession(row, ended=_find(TABLE.c.id == before) if before else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession) or session.fault or response.status_code in NOT_NOW:
            return
        row = session.row
        if row is None or session.get(USER) != row.data.get(USER):
            self._renew(session, response)
        elif session.modified:
            _note(row.id, data=_serializer.dumps(dict(session)), seen_at=clock.now())
        elif clock.now() - row.seen_at >= SEEN_EVERY:
            _note(row.id, seen_at=clock.now())

    def _renew(self, session: ServerSession, response: Response) -> None:
        if session.row is not None:
            _close(session.row)
        if session.is_worth_keeping:
            self._begin(session, _user_id(session), response)
        elif session.row is not None:
            response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def _begin(self, session: ServerSession, user_id: int | None, response: Response) -> None:
        if user_id is None and session.ended is not None:
            session[BEFORE] = session.ended.id
        elif user_id is not None:
            session.pop(BEFORE, None)
        token, now = secrets.token_urlsafe(32), clock.now()
        row: dict[str, Any] = {"token_hash": _hash(token), "user_id": user_id}
        row |= {"data": _serializer.dumps(dict(session)), "agent": _agent()}
        row |= {"created_at": now, "seen_at": now, "expires_at": now + ABSOLUTE}
        with aside(db.engine) as connection:
            connection.execute(sa.insert(TABLE).values(**row))
            _sweep(connection)
        age = int(ABSOLUTE.total_seconds())
        response.set_cookie(self.name, token, age, path="/", secure=self.secure, httponly=True, samesite="Lax")


def refuse_unread() -> None:
    """Raise why a request's session could not be read, before anybody asks whose it is."""
    fault: DBAPIError | None = getattr(flask.session, "fault", None)
    if fault is not None:
        raise fault


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _agent() -> str:
    return request.user_agent.string[:300] if has_request_context() else ""


def _find(where: sa.ColumnElement[bool]) -> Kept | None:
    names = ("id", "user_id", "data", "seen_at", "created_at", "expires_at", "ended_at")
    with db.engine.connect() as connection:
        found = connection.execute(sa.select(*(TABLE.c[name] for name in names)).where(where)).mappings().first()
    return Kept(**{**found, "data": _serializer.loads(found["data"])}) if found else None


def _user_id(session: ServerSession) -> int | None:
    """Return whose session it is now."""
    uniquifier = session.get(USER)
    if uniquifier is None:
        return None
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(User.id).where(User.fs_uniquifier == uniquifier))


def _update(row_id: int, *, lasting: bool = False, **values: Any) -> None:
    with aside(db.engine, lasting=lasting) as connection:
        connection.execute(sa.update(TABLE).where(TABLE.c.id == row_id, TABLE.c.ended_at.is_(None)).values(**values))


def _note(row_id: int, **values: Any) -> None:
    """Update a session after its request; what was only read is shown also while nothing can be written."""
    try:
        _update(row_id, **values)
    except OperationalError as fault:
        if request.method not in ("GET", "HEAD"):
            raise
        log.warning("a session could not be written just now", why=str(fault.orig))


def _close(row: Kept) -> None:
    """End a person's session; an anonymous one leaves nothing."""
    if row.user_id is not None:
        _update(row.id, lasting=True, ended_at=clock.now())
        return
    with aside(db.engine) as connection:
        connection.execute(sa.delete(TABLE).where(TABLE.c.id == row.id))


def _sweep(connection: sa.Connection) -> None:
    """Forget sessions that have been over for a day, anonymous ones at once; a few at a time."""
    now = clock.now()
    over = sa.or_(
        TABLE.c.seen_at < now - IDLE - KEPT_AFTER,
        TABLE.c.ended_at < now - KEPT_AFTER,
        TABLE.c.expires_at < now - KEPT_AFTER,
        sa.and_(TABLE.c.user_id.is_(None), TABLE.c.seen_at < now - IDLE),
    )
    some = sa.select(TABLE.c.id).where(over).limit(50)
    connection.execute(sa.delete(TABLE).where(TABLE.c.id.in_(some)))


def end_all(user: User) -> None:
    """End a person's sessions, in the open unit of work."""
    where = (UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    db.session.execute(sa.update(UserSession).where(*where).values(ended_at=clock.now()))
