"""Real feature files by others: each comes in or is listed with its error; the same bytes back; again: nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.requirements.steps import counts
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.requirements import imports
from uatapp.requirements.models import Document, Requirement, RequirementVersion

pytestmark = pytest.mark.corpora


def entries() -> int:
    found = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
    db.session.rollback()
    return found


def test_every_document_comes_in_or_is_listed_and_comes_out_the_same(
    world: World, corpora: Path, tmp_path: Path
) -> None:
    folder = corpora / "corpora"
    paths = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*.feature"))}
    seen: list[tuple[int, int]] = []
    result = imports.import_paths(
        world.project, [folder], world.actor("analyst"), progress=lambda *done: seen.append(done)
    )
    assert seen[-1] == (len(paths), len(paths))
    assert set(counts(result)) <= {"created", "errors"}
    listed = {error["path"] for error in result["errors"]}
    assert all(error["line"] >= 1 and error["column"] >= 1 and error["message"] for error in result["errors"])
    stored = set(db.session.scalars(sa.select(Document.path)))
    assert stored | listed == set(paths)
    assert not stored & listed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Requirement)) == result["created"]

    assert imports.export(world.project, tmp_path / "out") == len(stored)
    back = {p.relative_to(tmp_path / "out").as_posix(): p.read_bytes() for p in (tmp_path / "out").rglob("*.feature")}
    assert back == {path: paths[path] for path in stored}

    before = entries()
    again = imports.import_paths(world.project, [folder], world.actor("analyst"))
    assert counts(again).get("unchanged") == result["created"]
    assert set(counts(again)) <= {"unchanged", "errors"}
    assert entries() == before
    versions = sa.select(sa.func.count()).select_from(RequirementVersion)
    assert db.session.scalar(versions) == result["created"]


def test_white_space_alone_changes_no_requirement(site: World, corpora: Path, tmp_path: Path) -> None:
    """Other line ends and blank lines make new documents, and not one new requirement version."""
    folder = corpora / "corpora" / "alphagov__whitehall"
    result = imports.import_paths(site.project, [folder], site.actor("analyst"))
    for path in folder.rglob("*.feature"):
        target = tmp_path / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    again = imports.import_paths(site.project, [tmp_path], site.actor("analyst"))
    assert counts(again) == {"unchanged": result["created"]} | (
        {"errors": len(again["errors"])} if again["errors"] else {}
    )


def test_a_dry_run_says_the_same_and_changes_nothing(site: World, corpora: Path) -> None:
    folder = corpora / "corpora" / "navikt__familie-ef-sak"
    before = entries()
    said = imports.import_paths(site.project, [folder], site.actor("analyst"), dry_run=True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Document)) == 0
    assert entries() == before
    assert imports.import_paths(site.project, [folder], site.actor("analyst")) == said


def test_renaming_every_file_moves_every_requirement(site: World, corpora: Path, tmp_path: Path) -> None:
    folder = corpora / "corpora" / "hmcts__ccd-data-store-api"
    result = imports.import_paths(site.project, [folder], site.actor("analyst"))
    for number, path in enumerate(sorted(folder.rglob("*.feature"))):
        (tmp_path / f"{number}.feature").write_bytes(path.read_bytes())
    again = imports.import_paths(site.project, [tmp_path], site.actor("analyst"))
    assert counts(again) == counts(result) | {"created": 0, "moved": result["created"]} or (
        again["moved"] + len(again["ask"]) >= result["created"] * 0.98
    )
    assert again["created"] <= result["created"] * 0.02
