"""Somebody with the database's password: drops the triggers, looks past foreign keys, and is undone afterwards."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.world import World
from uatapp.audit import chain as chains
from uatapp.kernel import appendonly
from uatapp.kernel.db import Base, db

FRESH = 7_000


class Insider:
    """Changes rows behind the program's back."""

    def __init__(self, world: World) -> None:
        self.world = world

    @contextmanager
    def at_work(self, keep: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction without triggers and foreign keys; roll back at the end, unless it is to be kept."""
        with db.engine.connect() as connection:
            postgresql = connection.dialect.name == "postgresql"
            raw: Any = connection.connection.dbapi_connection
            if not postgresql:
                raw.execute("PRAGMA foreign_keys=OFF")
            with connection.begin() as transaction:
                if postgresql:
                    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                self._drop_triggers(connection, postgresql)
                yield connection
                if not keep:
                    transaction.rollback()
            if not postgresql:
                raw.execute("PRAGMA foreign_keys=ON")

    def _drop_triggers(self, connection: sa.Connection, postgresql: bool) -> None:
        for table in appendonly.tables():
            if postgresql:
                connection.exec_driver_sql(f'DROP TRIGGER append_only ON "{table}"')
            else:
                for verb in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER append_only_{table}_{verb}")

    def ids(self, table: str) -> list[int]:
        with db.engine.connect() as connection:
            return [row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {table} ORDER BY id")]

    def edit(self, connection: sa.Connection, name: str, column: sa.Column[Any], place: int) -> bool:
        """Change one value; False where the database itself refuses, or where there is none."""
        table = Base.metadata.tables[name]
        row_id = self._ordered(connection, table)[place]
        before = connection.scalar(sa.select(column).where(table.c.id == row_id))
        if before is None:
            return False
        after = self._another(connection, column, before)
        return after != before and self._try(
            connection, sa.update(table).where(table.c.id == row_id).values({column: after})
        )

    def swap(self, connection: sa.Connection, name: str, column: sa.Column[Any]) -> bool:
        """Swap one column's values between two rows; False where they are equal or the database refuses."""
        table = Base.metadata.tables[name]
        rows = connection.execute(sa.select(table.c.id, column).order_by(table.c.id)).all()
        pairs = [(a, b) for a, b in itertools.pairwise(rows) if a[1] != b[1]]
        if not pairs:
            return False
        (first, one), (second, other) = pairs[0]
        case = sa.case((table.c.id == first, sa.literal(other, column.type)), else_=sa.literal(one, column.type))
        if other is None or one is None:
            return False
        return self._try(connection, sa.update(table).where(table.c.id.in_((first, second))).values({column: case}))

    def add(self, connection: sa.Connection, name: str) -> None:
        """Add a row like the last one, as unlike as the constraints ask."""
        table = Base.metadata.tables[name]
        last = self._ordered(connection, table)[-1]
        row = dict(connection.execute(sa.select(table).where(table.c.id == last)).one()._mapping)
        values = {"id": FRESH}
        for column in table.columns:
            if column.name not in values:
                keep = column.name in ("project_id", "user_id", "by_id") or isinstance(row[column.name], str)
                keep = keep and bool(column.foreign_keys) and not column.unique
                values[column.name] = row[column.name] if keep else self._new(connection, column, row[column.name])
        connection.execute(sa.insert(table).values(values))

    def _new(self, connection: sa.Connection, column: sa.Column[Any], value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value + FRESH if column.foreign_keys else value + 1
        return value if value is None else self._another(connection, column, value)

    def _another(self, connection: sa.Connection, column: sa.Column[Any], value: Any) -> Any:
        if column.foreign_keys and isinstance(value, int):
            target = next(iter(column.foreign_keys)).column.table
            targets = [i for i in self._ordered(connection, target) if i != value]
            return targets[0] if targets else value
        if isinstance(column.type, sa.Enum):
            return next(member for member in column.type.enum_class or () if member is not value)
        match value:
            case bool():
                return not value
            case int():
                return value + 1
            case str():
                return f"{value}x"
            case bytes():
                return value + b" "
            case datetime():
                return value + timedelta(seconds=1)
            case list():
                return [*value, "x"]
            case dict():
                return {**value, "x": "x"}
        return value + timedelta(days=1)

    def _ordered(self, connection: sa.Connection, table: Any) -> list[int]:
        return list(connection.scalars(sa.select(table.c.id).order_by(table.c.id)))

    def _try(self, connection: sa.Connection, statement: Any) -> bool:
        try:
            with connection.begin_nested():
                connection.execute(statement)
        except IntegrityError:
            return False
        return True

    def cut_tail(self, connection: sa.Connection, chain: str, count: int) -> None:
        """Remove the last entries with what lies beside them, and set the head back."""
        entries = Base.metadata.tables["audit_entry"]
        last = connection.scalar(sa.select(sa.func.max(entries.c.seq)).where(entries.c.chain == chain))
        keep = last - count
        for table in ("audit_text", "audit_list", "audit_entry"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE chain = '{chain}' AND seq > {keep}")
        self._set_head(connection, chain, keep)

    def rewrite_tail(self, connection: sa.Connection, chain: str, count: int) -> None:
        """Change one entry near the end and make every hash after it fit again, the head's too."""
        entries = Base.metadata.tables["audit_entry"]
        rows = connection.execute(
            sa.select(entries).where(entries.c.chain == chain).order_by(entries.c.seq.desc()).limit(count)
        ).all()[::-1]
        prev = rows[0].prev_hash
        for place, row in enumerate(rows):
            body = json.loads(row.body)
            if place == 0:
                body["facts"]["note"] = "as if it had been so"
            text = chains.canonical(body)
            new = chains.entry_hash(prev, text)
            values = {"prev_hash": prev, "body": text, "hash": new}
            connection.execute(sa.update(entries).where(entries.c.id == row.id).values(values))
            prev = new
        self._set_head(connection, chain, rows[-1].seq)

    def _set_head(self, connection: sa.Connection, chain: str, seq: int) -> None:
        heads, entries = Base.metadata.tables["audit_chain"], Base.metadata.tables["audit_entry"]
        row = connection.execute(sa.select(entries).where(entries.c.chain == chain, entries.c.seq == seq)).one()
        values = {"seq": seq, "hash": row.hash, "at": datetime.fromisoformat(row.at)}
        connection.execute(sa.update(heads).where(heads.c.name == chain).values(values))
