"""Turns: what costs much is done once at a time for each person, in all processes together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from uatapp.accounts.models import Guess
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import TooMany
from uatapp.kernel.uow import unit_of_work

LONGEST, WAIT = timedelta(minutes=2), 10


@contextmanager
def one_at_a_time(what: str, by: Actor) -> Iterator[None]:
    """Hold a person's turn while the body runs. Refuses (TooMany) while they hold it elsewhere; a lost one ends by itself."""
    purpose, began = f"turn:{what}", clock.now()
    if not _take(purpose, by.uid, began):
        sentence = _("What you asked for before is still being made. Wait until it is there, then ask again.")
        raise TooMany(sentence, seconds=WAIT)
    try:
        yield
    finally:
        _give_back(purpose, by.uid, began)


def _take(purpose: str, key: str, began: datetime) -> bool:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Guess).values(purpose=purpose, key=key, count=1, last_at=began)
    lost = Guess.last_at < began - LONGEST
    taken = statement.on_conflict_do_update(
        index_elements=["purpose", "key"], set_={"last_at": began}, where=lost
    ).returning(Guess.id)
    with unit_of_work(SYSTEM) as session:
        return session.scalar(taken) is not None


def _give_back(purpose: str, key: str, began: datetime) -> None:
    held = sa.delete(Guess).where(Guess.purpose == purpose, Guess.key == key, Guess.last_at == began)
    with unit_of_work(SYSTEM) as session:
        session.execute(held)
