"""What `uatapp verify` finds: in order when nothing was touched; any touched row, by an insider who drops triggers."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.operations import story
from tests.operations.insider import Insider
from uatapp.audit import chain, checkpoints
from uatapp.kernel import appendonly, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import Base
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.checks.index import Index
from uatapp.operations.checks.report import Report
from uatapp.operations.checks.rows import frozen_classes
from uatapp.operations.verify import Options, check_all, verify

AUDIT = ("audit_chain", "audit_entry", "audit_text", "audit_list", "audit_checkpoint")
TABLES = (*AUDIT, *(kind.__tablename__ for kind in frozen_classes()))
UNSEEN = {
    # keys of rows and of users are no content: what they mean is compared by name and reference
    *((table, "id") for table in TABLES),
    ("evidence", "by_id"), ("carry_over", "by_id"), ("run_void", "by_id"), ("defect_note", "by_id"),
    ("requirement_version", "document_version_id"),
}  # fmt: skip


def findings(connection: sa.Connection, options: Options | None = None) -> Report:
    report = Report()
    with Session(bind=connection, autoflush=False) as session, Index() as index:
        check_all(session, index, report, options or Options())
    return report


def test_an_untouched_story_is_in_order(tampered: Insider) -> None:
    report = verify(Options(evidence=True))
    assert report.findings == []
    assert report.not_checked == []
    assert report.exit_code == 0
    assert report.counts["entries"] > 40
    assert report.counts["checkpoints"] == 2


def test_one_project_and_a_later_start_are_in_order_as_well(tampered: Insider) -> None:
    assert verify(Options(project="PAY")).exit_code == 0
    assert verify(Options(project="PAY", since=10)).exit_code == 0
    assert verify(Options(project="NONE")).exit_code == 2


def test_every_table_has_rows_to_tamper_with(tampered: Insider) -> None:
    counts = {table: len(tampered.ids(table)) for table in TABLES}
    assert [table for table, count in counts.items() if count < 2] == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.proves("E13", "E14")
def test_an_edited_row_is_found(tampered: Insider, table: str, soak: bool) -> None:
    for column in Base.metadata.tables[table].columns:
        if (table, column.name) in UNSEEN or column.name == "project_id":
            continue
        for place in (0, -1) if soak else (-1,):
            with tampered.at_work() as connection:
                if tampered.edit(connection, table, column, place):
                    assert findings(connection).findings, f"{table}.{column.name} was edited unseen"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.proves("E14")
def test_a_deleted_row_is_found(tampered: Insider, table: str) -> None:
    ids = tampered.ids(table)
    for row_id in {ids[0], ids[len(ids) // 2], ids[-1]}:
        with tampered.at_work() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = {row_id}")
            report = findings(connection)
            assert report.findings or table == "audit_checkpoint", f"{table} {row_id} was deleted unseen"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.proves("E14")
def test_an_added_row_is_found(tampered: Insider, table: str) -> None:
    with tampered.at_work() as connection:
        tampered.add(connection, table)
        assert findings(connection).findings, f"a row was added to {table} unseen"


@pytest.mark.parametrize("table", TABLES)
def test_swapped_rows_are_found(tampered: Insider, table: str) -> None:
    for column in Base.metadata.tables[table].columns:
        if (table, column.name) in UNSEEN or column.name == "project_id":
            continue
        with tampered.at_work() as connection:
            if tampered.swap(connection, table, column):
                assert findings(connection).findings, f"{table}.{column.name} was swapped unseen"


def test_a_state_changed_without_an_entry_is_found(tampered: Insider) -> None:
    with tampered.at_work() as connection:
        connection.exec_driver_sql("UPDATE defect SET state = 'closed'")
        assert any("closed" in f.reason for f in findings(connection).findings)


def test_a_tail_cut_off_with_its_head_is_found(tampered: Insider) -> None:
    with tampered.at_work() as connection:
        tampered.cut_tail(connection, "PAY", 3)
        reasons = [f.reason for f in findings(connection).findings]
    assert any("shorter" in reason for reason in reasons)
    assert any("never told" in reason for reason in reasons)


def test_a_whole_chain_that_vanishes_is_found(tampered: Insider) -> None:
    with tampered.at_work() as connection:
        for table in ("audit_text", "audit_list", "audit_checkpoint", "audit_entry"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE chain = 'OTH'")
        connection.exec_driver_sql("DELETE FROM audit_chain WHERE name = 'OTH'")
        assert any(f.chain == "OTH" for f in findings(connection).findings)


@pytest.mark.proves("E14")
def test_a_rewritten_tail_is_found_by_an_older_checkpoint_only(tampered: Insider, tmp_path: Path) -> None:
    with unit_of_work(SYSTEM):
        note = checkpoints.make("PAY", story.keys(tampered.world)).note
    older = tmp_path / "older.txt"
    older.write_text(note)
    with tampered.at_work() as connection:
        connection.exec_driver_sql("DELETE FROM audit_checkpoint")
        tampered.rewrite_tail(connection, "PAY", 4)
        assert findings(connection).findings == []
        report = findings(connection, Options(checkpoint=older))
        assert any("rewritten" in f.reason for f in report.findings)


def test_a_checkpoint_by_a_foreign_key_is_no_checkpoint(tampered: Insider, tmp_path: Path) -> None:
    from uatapp.kernel.clock import now
    from uatapp.kernel.keys import Keys

    foreign = Keys.load_or_create(tmp_path / "foreign", "elsewhere", now())
    (tmp_path / "key.pem").write_bytes(foreign.public_pem)
    report = verify(Options(key=tmp_path / "key.pem"))
    assert report.exit_code == 1
    assert all("not signed" in f.reason for f in report.findings)


def test_what_is_no_checkpoint_could_not_be_checked(tampered: Insider, tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(b"\xff\xfe hello")
    assert verify(Options(checkpoint=tmp_path / "odd.txt")).exit_code == 2


@pytest.mark.proves("E29")
def test_a_file_that_is_missing_or_changed_is_found(tampered: Insider) -> None:
    folder = tampered.world.app.config["UATAPP"].home / "evidence"
    file = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    before = file.read_bytes()
    try:
        file.write_bytes(before + b"!")
        assert any("changed" in f.reason for f in verify(Options(evidence=True)).findings)
        file.unlink()
        assert any("missing" in f.reason for f in verify(Options(evidence=True)).findings)
    finally:
        assert storage.put(before) == file.name


def test_all_append_only_tables_are_tampered_with_here() -> None:
    assert set(appendonly.tables()) <= set(TABLES)


def test_the_hash_is_what_the_documentation_says() -> None:
    import hashlib

    expected = hashlib.sha256(b"uat-audit-v1\n" + b"aa" + b"\n" + b'{"a":1}').hexdigest()
    assert chain.entry_hash("aa", '{"a":1}') == expected
