"""Reads about people and organisations."""

import secrets

import sqlalchemy as sa

from uatapp.accounts.models import Organisation, User
from uatapp.kernel.db import db


def fresh_uniquifier() -> str:
    """Return a new value that ties sessions to a user; changing it ends them all."""
    return secrets.token_hex(32)


def find_organisation(name: str) -> Organisation | None:
    return db.session.scalar(sa.select(Organisation).where(Organisation.name == name))


def find_user(email: str) -> User | None:
    """Return the user of a cleaned mail address."""
    return db.session.scalar(sa.select(User).where(User.email == email))


def get_user(user_id: int) -> User:
    return db.session.get_one(User, user_id)
