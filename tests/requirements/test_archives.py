"""What is handed over for import: archives and folders within the caps, odd entries one by one."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requirements.texts import BILLING, ORDERS
from tests.world import World
from uatapp.requirements import archives


def packed(entries: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return kept.getvalue()


def read(data: bytes, name: str = "all.zip") -> archives.Upload:
    return archives.from_uploads([(name, data)])


def messages(upload: archives.Upload) -> dict[str, str]:
    return {fault.path: fault.message for fault in upload.faults}


def test_documents_of_an_archive_by_their_paths(site: World) -> None:
    upload = read(
        packed({"a/orders.feature": ORDERS, "b.feature": BILLING, "readme.md": b"#", "__MACOSX/._b.feature": b"x"})
    )
    assert upload.files == {"a/orders.feature": ORDERS, "b.feature": BILLING}
    assert (upload.whole, upload.faults) == (True, [])


@pytest.mark.parametrize(
    "path",
    [
        "../up.feature",
        "a/../../up.feature",
        "/etc/abs.feature",
        "C:/abs.feature",
        "a\\b.feature",
        "./x.feature",
        "a//b.feature",
    ],
)
def test_paths_that_climb_out_are_named_and_the_others_come_in(site: World, path: str) -> None:
    upload = read(packed({path: ORDERS, "b.feature": BILLING}))
    assert list(upload.files) == ["b.feature"]
    assert list(messages(upload)) == [path]


def test_links_and_passwords_are_named(site: World) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        link = zipfile.ZipInfo("link.feature")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("secret.feature", ORDERS)
        archive.writestr("b.feature", BILLING)
    data = bytearray(kept.getvalue())
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[at + 8] |= 1
    upload = read(bytes(data))
    assert list(upload.files) == ["b.feature"]
    assert "link" in messages(upload)["link.feature"]
    assert "password" in messages(upload)["secret.feature"]


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_does(site: World) -> None:
    upload = read(packed({f"{n}.feature": b"\0" * (1024 * 1024 * 2) for n in range(51)}))
    assert upload.files == {}
    assert "100 MB" in messages(upload)["all.zip"]
    honest = packed({"big.feature": b" " * (3 * 1024 * 1024), "b.feature": BILLING})
    upload = read(honest)
    assert list(upload.files) == ["b.feature"]
    assert "2 MB" in messages(upload)["big.feature"]


def test_an_entry_that_lies_about_its_size_is_damaged(site: World) -> None:
    data = bytearray(packed({"big.feature": b" " * (50 * 1024 * 1024), "b.feature": BILLING}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 100)
    upload = read(bytes(data))
    assert list(upload.files) == ["b.feature"]
    assert list(messages(upload)) == ["big.feature"]


def test_too_many_files_are_refused(site: World) -> None:
    upload = read(packed({f"{n}.feature": b"" for n in range(5001)}))
    assert upload.files == {}
    assert "5,001" in messages(upload)["all.zip"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"no archive at all"])
def test_a_damaged_archive_is_one_fault(site: World, data: bytes) -> None:
    assert list(messages(read(data))) == ["all.zip"]


def test_a_damaged_entry_in_the_middle(site: World) -> None:
    data = bytearray(packed({"a.feature": ORDERS, "b.feature": BILLING * 9, "c.feature": BILLING}, zipfile.ZIP_STORED))
    data[data.index(BILLING) + 5] ^= 0xFF
    upload = read(bytes(data))
    assert list(upload.files) == ["a.feature", "c.feature"]
    assert "damaged" in messages(upload)["b.feature"]


def test_the_same_file_twice_is_one_and_another_of_its_name_a_fault(site: World) -> None:
    files = [("a.feature", ORDERS), ("a.feature", ORDERS), ("b.feature", ORDERS), ("b.feature", BILLING)]
    upload = archives.from_uploads(files)
    assert list(upload.files) == ["a.feature", "b.feature"]
    assert list(messages(upload)) == ["b.feature"]


def test_what_is_no_document_is_named(site: World) -> None:
    upload = archives.from_uploads([("notes.docx", b"x"), ("..\\..\\a.feature", ORDERS)])
    assert list(messages(upload)) == ["notes.docx"]
    assert list(upload.files) == ["a.feature"]


def test_folders_files_and_archives_from_the_disk(site: World, tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    (folder / "sales").mkdir(parents=True)
    (folder / "sales" / "orders.feature").write_bytes(ORDERS)
    (folder / "link.feature").symlink_to(folder / "sales" / "orders.feature")
    (folder / "notes.txt").write_text("x")
    (tmp_path / "all.zip").write_bytes(packed({"b.feature": BILLING}))
    upload = archives.from_paths([folder, tmp_path / "all.zip", tmp_path / "none.feature"])
    assert upload.files == {"sales/orders.feature": ORDERS, "b.feature": BILLING}
    assert set(messages(upload)) == {"link.feature", str(tmp_path / "none.feature")}
    assert not archives.from_paths([folder / "sales" / "orders.feature"]).whole


def test_several_folders_keep_their_names(site: World, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.feature").write_bytes(ORDERS)
    upload = archives.from_paths([tmp_path / "one", tmp_path / "two"])
    assert list(upload.files) == ["one/a.feature", "two/a.feature"]


@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_damage_escapes(junk: bytes, at: int) -> None:
    from flask import Flask
    from flask_babel import Babel

    whole = packed({"a.feature": ORDERS, "b.feature": BILLING})
    app = Flask("x")
    Babel(app)
    with app.app_context():
        upload = read(whole[:at] + junk + whole[at + len(junk) :])
    assert set(upload.files.values()) <= {ORDERS, BILLING} or upload.faults
