"""What applications that tests make in one process share: compiled templates and statements; and cheap passwords."""

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event

from uatapp.kernel.db import db

# the least that Argon2 does: what slows a thief down slows tests down as well
PASSWORDS = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


class Templates(BytecodeCache):
    """Templates as they were compiled for the first application."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Templates()
# the first engine of each kind that was connected
ENGINES: dict[str, Engine] = {}


def share(app: Flask) -> Flask:
    """Let an application use what was compiled for others before it."""
    app.jinja_env.bytecode_cache = TEMPLATES
    app.extensions["security"].pwd_context.update(**PASSWORDS)
    with app.app_context():
        _share_statements(db.engine)
    return app


def _share_statements(engine: Engine) -> None:
    """Take over what the first engine of its kind has compiled; the dialect is part of each statement's key."""
    first = ENGINES.get(engine.dialect.name)
    if first is None:
        event.listen(engine, "connect", lambda _connection, _record: ENGINES.setdefault(engine.dialect.name, engine))
        return
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
