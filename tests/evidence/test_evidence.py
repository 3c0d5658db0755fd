"""Taking files in: what they are by content, safe names, limits; and giving them, inert."""

import zipfile
from io import BytesIO

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.world import World
from uatapp.evidence import answers, service
from uatapp.evidence.models import Evidence
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, TooLarge
from uatapp.kernel.uow import unit_of_work

BIDI = "‮⁦‏‎​"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def office(*parts: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return out.getvalue()


def take(world: World, name: str, data: bytes) -> Evidence:
    with unit_of_work(world.actor("tester")):
        return service.take(world.project, name, data, by=world.actor("tester"))


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.png", picture(), "image/png"),
        ("a.jpg", picture("JPEG"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.gif", picture("GIF", mode="P"), "image/gif"),
        ("really-a-jpeg.png", picture("JPEG"), "image/jpeg"),
        ("clear.png", picture(mode="RGBA"), "image/png"),
        ("deep.png", picture(mode="I;16"), "image/png"),
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("a.xlsx", office("xl/workbook.xml"), service.OFFICE["xl/workbook.xml"]),
        ("a.docx", office("word/document.xml"), service.OFFICE["word/document.xml"]),
        ("a.txt", "Grüße, 東京".encode(), "text/plain"),
        ("server.log", b"10:00 <order> saved", "text/plain"),
        ("a.csv", b"\xef\xbb\xbfa;b\n1;2", "text/plain"),
    ],
)
def test_what_is_safe_is_taken_by_its_content(site: World, name: str, data: bytes, media_type: str) -> None:
    row = take(site, name, data)
    assert row.media_type == media_type
    assert storage.get(row.sha256) == data
    assert (row.display_sha256 is not None) == media_type.startswith("image/")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.png", b"", "is empty"),
        ("notes.png", b"just words", "not a kind of file we can show safely"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a kind of file"),
        ("a.txt", b'\xef\xbb\xbf  <svg onload="alert(1)"/>', "not a kind of file"),
        ("a.html", b"<!doctype html><p>hello", "not a kind of file"),
        ("a.csv", b"<html><script>alert(1)</script>", "not a kind of file"),
        ("a.xml", b"<?xml version='1.0'?><a/>", "not a kind of file"),
        ("a.exe", b"MZ\x90\x00", "not a kind of file"),
        ("a.txt", b"\xff\xfe\x00a", "not a kind of file"),
        ("broken.png", picture()[:60], "damaged"),
        ("broken.xlsx", b"PK\x03\x04broken", "damaged"),
        ("a.zip", office("readme.txt"), "archive"),
        ("macro.xlsm", office("xl/workbook.xml", "xl/vbaProject.bin"), "archive"),
    ],
)
def test_what_is_not_safe_is_refused_with_its_name(site: World, name: str, data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        take(site, name, data)
    assert name in refusal.value.message
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 0


def test_what_is_too_large_is_refused(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLarge, match="10 MB"):
        take(site, "big.txt", b"x" * (service.LARGEST + 1))
    with pytest.raises(TooLarge, match="pixels"):
        take(site, "bomb.png", picture(size=(10_000, 5_001), mode="1"))
    with pytest.raises(TooLarge, match="pixels"):
        take(site, "bomb.png", picture(size=(30_000, 30_000), mode="1"))
    monkeypatch.setattr(service, "PER_DAY", 1000)
    take(site, "a.txt", b"x" * 600)
    with pytest.raises(TooLarge, match="today"):
        take(site, "b.txt", b"x" * 600)


def test_the_copy_for_display_tells_nothing_about_its_maker(site: World) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    data = picture("JPEG", exif=exif)
    assert b"SECRET PLACE" in data
    row = take(site, "photo.jpg", data)
    assert row.display_sha256
    shown = storage.get(row.display_sha256)
    assert b"SECRET PLACE" not in shown
    assert shown.startswith(b"\x89PNG")
    assert storage.get(row.sha256) == data


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\marta\\Order.png", "Order.png"),
        ("a\x00b\r\n.png", "ab.png"),
        (f"gnp{BIDI}.exe", "gnp.exe"),
        ("  ...  ", "file"),
        ("", "file"),
        ("=1+1.csv", "=1+1.csv"),
        ("<script>.png", "<script>.png"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert service.clean_file_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_clean_name_is_short_and_has_no_path(name: str) -> None:
    clean = service.clean_file_name(name)
    assert 1 <= len(clean) <= service.LONGEST_NAME
    assert not set("/\\\x00\r\n") & set(clean)
    assert service.clean_file_name(clean) == clean


def test_a_long_name_keeps_its_ending() -> None:
    assert service.clean_file_name("x" * 10_000 + ".png").endswith("x.png")


def test_originals_are_given_as_downloads_and_copies_as_pictures(site: World) -> None:
    row = take(site, 'Bild "1" ä.png', picture())
    with site.app.test_request_context(base_url="http://localhost"):
        original, copy = answers.serve(row), answers.serve(row, display=True)
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.headers["Content-Security-Policy"].startswith("sandbox")
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    assert copy.mimetype == "image/png"
    assert "Content-Disposition" not in copy.headers
    plain = take(site, "a.txt", b"<b>no page</b>")
    with site.app.test_request_context(base_url="http://localhost"):
        assert answers.serve(plain, display=True).headers["Content-Disposition"].startswith("attachment")
