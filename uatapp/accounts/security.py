"""Flask-Security, set up so that its changes run in our unit of work and are told as our events."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from uatapp.accounts.models import Role, User
from uatapp.config import Settings
from uatapp.kernel.db import db


class Datastore(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """Flask-Security's store; what it calls commit is the unit of work's, opened around its endpoints."""

    def commit(self) -> None:
        db.session.flush()


def settings(config: Settings) -> dict[str, Any]:
    """Return Flask-Security's settings."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": "uatapp",
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_RESET_URL": "/reset",
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=1),
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_TOTP_ISSUER": "uatapp",
        "SECURITY_TOTP_SECRETS": {"1": config.secret()},
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def install(app: Flask, config: Settings) -> None:
    app.config.update(settings(config))
    app.config["DATASTORE"] = datastore = Datastore(db, User, Role)
    Security(app, datastore)
