"""The database refuses to change or delete what is append-only, on both databases."""

import pytest
from sqlalchemy.exc import DBAPIError

from tests.operations.insider import Insider
from uatapp.kernel import appendonly
from uatapp.kernel.db import db


@pytest.mark.parametrize("table", appendonly.tables())
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id + 100000", "DELETE FROM {table}"])
@pytest.mark.proves("E26")
def test_no_row_can_be_changed_or_deleted(tampered: Insider, table: str, statement: str) -> None:
    before = tampered.ids(table)
    assert before
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table=table))
    assert tampered.ids(table) == before


@pytest.mark.parametrize("table", appendonly.tables())
@pytest.mark.proves("E26")
def test_a_row_cannot_be_replaced_or_the_table_emptied(tampered: Insider, table: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
        else:
            connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")


def test_missing_triggers_are_noticed_and_made_again(tampered: Insider) -> None:
    with db.engine.connect() as connection:
        assert appendonly.missing(connection) == []
    with tampered.at_work() as connection:
        assert appendonly.missing(connection) == list(appendonly.tables())
        appendonly.install(connection)
        assert appendonly.missing(connection) == []


def test_the_audit_trail_is_append_only() -> None:
    entries = {"audit_entry", "audit_text", "audit_list", "audit_checkpoint"}
    assert entries <= set(appendonly.tables())
