"""The worked example without a phone: its people have secrets that follow from their addresses, and pages show the code.

Only where the installation is the worked example, and only for such a secret: a real app's code is never shown.
"""

import hashlib

import sqlalchemy as sa
from flask import current_app

from uatapp.accounts import codes, factors, queries
from uatapp.accounts.models import CodeUse, User
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db


def key_of(email: str) -> bytes:
    """Return the known secret of a person of the example."""
    return hashlib.sha256(f"uatapp worked example {email}".encode()).digest()[:20]


def set_up(user: User, recovery: codes.Recovery) -> None:
    """Give a person of the example the second step with the known secret, in the open unit of work."""
    secret = codes.kept_secret(key_of(user.email))
    factors.set_up(user, secret, codes.code_at(secret, codes.step_at(clock.now())), recovery, by=SYSTEM)


def new_secret(user: User) -> str:
    """Make the secret of a new second step: the known one in the worked example, a random one everywhere else."""
    return codes.kept_secret(key_of(user.email)) if _is_here() else codes.new_secret()


def _is_here() -> bool:
    return bool(current_app.config["UATAPP"].worked_example)


def next_code(user: User) -> str:
    """Return the next code of a person of the example that was not used; empty for a real app's secret."""
    factor = queries.find_factor(user.id)
    if factor is None or not codes.is_secret(factor.secret, key_of(user.email)):
        return ""
    used = set(db.session.scalars(sa.select(CodeUse.step).where(CodeUse.factor_id == factor.id)))
    now = codes.step_at(clock.now())
    free = next((step for step in (now, now + 1) if step not in used), now + 1)
    return codes.code_at(factor.secret, free)


def code_of(user: User) -> str:
    """Return the code that a page of the worked example shows in place of a phone; empty everywhere else."""
    return _spaced(next_code(user)) if _is_here() else ""


def first_code(user: User) -> str:
    """Return the first code of a second step that is being set up in the worked example; empty everywhere else."""
    if not _is_here():
        return ""
    return _spaced(codes.code_at(codes.kept_secret(key_of(user.email)), codes.step_at(clock.now())))


def _spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}" if code else ""
