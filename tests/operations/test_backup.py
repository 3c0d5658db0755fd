"""A backup of either database comes back whole on either; one that was tampered with is refused before anything is written."""

import contextlib
import hashlib
import json
import shutil
import stat
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import app_fixtures
from tests.operations.insider import Insider
from tests.world import PASSWORD, World
from uatapp.accounts.models import UserSession
from uatapp.kernel import appendonly, storage
from uatapp.kernel.db import Base, db
from uatapp.kernel.errors import DomainError, Invalid, Refused
from uatapp.operations import backup, restore, schema, verify


@pytest.fixture(scope="module")
def saved(tampered: Insider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Back the story up."""
    path = tmp_path_factory.mktemp("backup") / "uatapp.zip"
    with tampered.world.app.app_context():
        backup.backup(path)
        db.session.remove()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Give an empty installation on each database."""
    url, name = "", f"r{uuid.uuid4().hex[:12]}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create(name)
    app = app_fixtures._app(tmp_path / "new", url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if url:
        request.getfixturevalue("postgres_server").drop(name)


def rows(app: Flask) -> dict[str, list[dict[str, object]]]:
    """Return everything that the database has, but for sessions."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
            if table.name != "user_session"
        }


@pytest.mark.proves("F24", "E28")
def test_what_was_backed_up_comes_back_on_either_database(tampered: Insider, saved: Path, place: Flask) -> None:
    before = rows(tampered.world.app)
    restore.restore(saved)
    assert rows(place) == before
    report = verify.verify(verify.Options(evidence=True))
    assert (report.findings, report.not_checked) == ([], [])
    with db.engine.connect() as connection:
        assert appendonly.missing(connection) == []
    assert not schema.is_behind()


@pytest.mark.proves("F24")
def test_people_go_on_where_they_were(tampered: Insider, saved: Path, place: Flask) -> None:
    restore.restore(saved)
    place.config["WTF_CSRF_ENABLED"] = False
    client = place.test_client()
    answer = client.post("/sign-in", data={"email": "manager@example.com", "password": PASSWORD})
    assert answer.status_code in (302, 303)
    answer = client.post("/sign-in/code", data={"code": World(place, tampered.world.user_ids).code("manager")})
    assert answer.status_code == 303, "the second step came in as well"
    assert client.get("/projects/PAY/overview").status_code == 200
    added = client.post("/projects/PAY/set-up/unit", data={"name": "After the restore"})
    assert added.status_code == 303, "new rows are numbered after those that came in"
    assert db.session.scalar(sa.select(sa.func.count()).where(UserSession.ended_at.is_(None))) == 1


@pytest.mark.proves("F24")
def test_a_backup_is_private_and_never_half_there(tampered: Insider, saved: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with tampered.world.app.app_context(), pytest.raises(Refused, match="there already"):
        backup.backup(saved)
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_only_an_empty_place_takes_a_backup(saved: Path, place: Flask) -> None:
    schema.upgrade()
    with pytest.raises(Refused, match="not empty"):
        restore.restore(saved)


@pytest.mark.proves("F24")
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_backup_that_lacks_a_file_says_so(tampered: Insider, tmp_path: Path, when: str) -> None:
    app = tampered.world.app
    with app.app_context():
        root = storage.folder()
        assert root is not None
        files = sorted(path for path in root.glob("??/*") if path.is_file())
        victim = files[0] if when == "before" else files[-1]
        if when == "before":
            shutil.move(victim, tmp_path / victim.name)

        def lose(done: int, total: int) -> None:
            if victim.exists():
                shutil.move(victim, tmp_path / victim.name)

        try:
            made = backup.backup(tmp_path / "b.zip", lose)
        finally:
            shutil.move(tmp_path / victim.name, victim)
        db.session.remove()
    assert victim.name in made["missing"]
    assert made["files"] + len(made["missing"]) == len(files)


def _repacked(saved: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Copy a backup with its members changed; the manifest fits unless it is what was changed."""
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def _named(members: dict[str, bytes], name: str, content: bytes) -> None:
    """Add a member that the manifest names with its right size and hash."""
    manifest = json.loads(members["manifest.json"])
    members[name] = content
    manifest["parts"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members["manifest.json"] = json.dumps(manifest).encode()


def _flip(members: dict[str, bytes]) -> None:
    content = bytearray(members["tables/run.jsonl"])
    content[len(content) // 2] ^= 1
    members["tables/run.jsonl"] = bytes(content)


def _foreign_row(members: dict[str, bytes]) -> None:
    line = json.loads(members["tables/build.jsonl"].splitlines()[0]) | {
        "id": 999_999,
        "number": 999,
        "project_id": 4711,
    }
    _named(members, "tables/build.jsonl", members["tables/build.jsonl"] + json.dumps(line).encode() + b"\n")


def _extra_column(members: dict[str, bytes]) -> None:
    lines = [json.loads(line) | {"is_god": True} for line in members["tables/user.jsonl"].splitlines()]
    _named(members, "tables/user.jsonl", b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def _older(members: dict[str, bytes]) -> None:
    members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | {"schema": "0000"}).encode()


HOSTILE: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a changed byte": _flip,
    "a member without an entry": lambda members: members.update({"files/" + "0" * 64: b"x"}),
    "an entry without a member": lambda members: members.pop("tables/run.jsonl") and None,
    "a path that climbs out": lambda members: _named(members, "../../evil", b"x"),
    "an absolute path": lambda members: _named(members, "/etc/cron.d/evil", b"x"),
    "a key outside of its folder": lambda members: _named(members, "keys/../../evil", b"x"),
    "code": lambda members: _named(members, "hooks/run.pickle", b"cos\nsystem\n(S'true'\ntR."),
    "another table": lambda members: _named(members, "tables/spy.jsonl", b""),
    "another column": _extra_column,
    "a row of a project that is not there": _foreign_row,
    "a file under a false name": lambda members: _named(members, "files/" + "0" * 64, b"something else"),
    "another schema": _older,
    "no manifest": lambda members: members.pop("manifest.json") and None,
    "a manifest that is none": lambda members: members.update({"manifest.json": b"[" * 100_000}),
}


@pytest.mark.proves("T48", "F24")
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_backup_is_refused_and_leaves_nothing(
    tampered: Insider, saved: Path, tmp_path: Path, what: str
) -> None:
    app = app_fixtures._app(tmp_path / "new")
    with app.app_context():
        with pytest.raises(DomainError):
            restore.restore(_repacked(saved, tmp_path / "hostile.zip", HOSTILE[what]))
        with db.engine.connect() as connection:
            assert not sa.inspect(connection).get_table_names()
        keys = app.config["UATAPP"].keys_folder
        assert not keys.exists() or not list(keys.iterdir())
        db.session.remove()
        db.engine.dispose()
    assert not list(tmp_path.parent.rglob("evil*"))


@pytest.mark.proves("T48")
def test_a_link_and_a_double_member_are_refused(saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.startswith("files/"))
    linked, double = tmp_path / "linked.zip", tmp_path / "double.zip"
    for path in (linked, double):
        with (
            zipfile.ZipFile(path, "w") as archive,
            pytest.warns(UserWarning, match="Duplicate name") if path is double else contextlib.nullcontext(),
        ):
            for member, content in members.items():
                info = zipfile.ZipInfo(member)
                info.external_attr = (stat.S_IFLNK | 0o777) << 16 if path is linked and member == name else 0
                archive.writestr(info, content)
            if path is double:
                archive.writestr(name, b"another")
    app = app_fixtures._app(tmp_path / "new")
    with app.app_context():
        for path in (linked, double):
            with pytest.raises(Invalid):
                restore.restore(path)
        db.engine.dispose()
