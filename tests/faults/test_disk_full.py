"""A small disk fills up: uploads are refused first, then a plain page; nothing breaks, and room is all it takes."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.faults.servers import Person, Place, Server, in_order, opened, submit, work_of
from uatapp.operations import doctor

SIZE = 128 * 1024 * 1024


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 128 MB of its own, where this machine lets us have one."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("this account may not mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def place(disk: Path, sqlite_place: Place) -> Place:
    home = disk / "home"
    shutil.copytree(sqlite_place.home, home)
    return Place(home, "", sqlite_place.user_ids, log=sqlite_place.home / "server.log")


@pytest.mark.proves("F7")
def test_a_full_disk(place: Place, server: Server, disk: Path) -> None:
    person, todo = Person(place, "tester"), work_of(place, "tester")
    ballast, filler = disk / "ballast", disk / "filler"
    ballast.write_bytes(bytes(SIZE - 45_000_000))
    _fill_with_files(person, todo[0])
    filler.write_bytes(bytes(5_000_000))
    assert _low(place) == ["room for files", "room in the home folder"]
    assert submit(person, todo[1])[-1] == 303
    refused = _fill_whole(person, todo[0], filler)
    assert refused.status_code == 507
    assert "disk is full" in refused.text
    assert person.get("/projects/PAY/my-work").status_code == 200
    server.kill()
    server.start()
    assert person.get("/projects/PAY/my-work").status_code == 200
    filler.unlink()
    ballast.unlink()
    assert submit(person, todo[2])[-1] == 303
    person.insist(f"/projects/PAY/runs/start/{todo[3]}")
    assert person.post(opened(todo[3], "/files"), version="1", **_file(b"a line")).status_code == 303
    in_order(place, [todo[1], todo[2]])


def _low(place: Place) -> list[str]:
    with place.look() as world:
        return [check.name for check in doctor.examine(world.app) if check.name.startswith("room") and not check.ok]


def _file(data: bytes) -> dict[str, object]:
    return {"files": {"files": ("log.txt", data)}}


def _fill_with_files(person: Person, assignment_id: int) -> None:
    """Add files until they are refused: with a sentence, before the disk is full, keeping what was typed."""
    person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    for number in range(10):
        data = f"{number:05}".encode() * 1_000_000
        typed = {"version": number + 1, "remark": f"typed {number}"}
        answer = person.post(opened(assignment_id, "/files"), **typed, **_file(data))
        if answer.status_code != 303:
            break
    assert answer.status_code == 507
    assert "no room for files" in answer.text
    assert f"typed {number}" in answer.text
    assert number > 1


def _fill_whole(person: Person, assignment_id: int, filler: Path) -> requests.Response:
    """Fill the disk to its last byte, and write until the database has no room either."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    for number in range(200):
        answer = person.post(opened(assignment_id, "/draft"), version="1", remark=f"{number}" * 100_000)
        if answer.status_code >= 500:
            break
    return answer
