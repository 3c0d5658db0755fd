"""PDFs in a child of their own: the same bytes each time, nothing fetched, no hostile link left, limits kept."""

import io
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pypdf
import pytest

from uatapp.kernel import fonts, pdf

AT = datetime(2026, 11, 18, 13, 20, 7, tzinfo=UTC)
CSS = b"p { font-family: 'Source Sans 3'; color: #15202b }"


def rendered(body: str, **more: object) -> bytes:
    html = f'<!DOCTYPE html><html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    return pdf.render(html, resources=more.pop("resources", {}), epoch=AT, identifier=b"i" * 16, **more)  # type: ignore[arg-type]


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def links_of(data: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    notes = [note.get_object() for page in pages for note in page.get("/Annots", [])]
    return [str(note["/A"]["/URI"]) for note in notes if "/A" in note and "/URI" in note["/A"]]


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """Listen on a port and keep what calls."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, _address = server.accept()
                except TimeoutError:
                    continue
                calls.append(connection.recv(200).decode(errors="replace"))
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], calls
        done.set()
        thread.join()


def test_the_same_input_gives_the_same_bytes() -> None:
    attachment = pdf.Attached("a.json", b"{}", "Source", "What it is")
    given = {"resources": {"a.css": CSS}, "attachments": (attachment,)}
    body = '<link rel="stylesheet" href="res:a.css"><p>Señor Ærø Łukasz</p>'
    first, second = rendered(body, **given), rendered(body, **given)
    assert first == second
    reader = pypdf.PdfReader(io.BytesIO(first))
    assert reader.attachments["a.json"] == [b"{}"]
    assert "Señor Ærø Łukasz" in text_of(first)


def test_a_warm_child_gives_the_bytes_of_a_fresh_one() -> None:
    body, other = "<p>Señor Ærø Łukasz</p>", "<h1>Something else before it</h1>"
    with pdf.one_child():
        rendered(other, resources={"a.css": CSS})
        with pdf.one_child():
            warm = rendered(body)
    assert warm == rendered(body)


def test_only_our_own_fonts_are_used() -> None:
    data = rendered(
        "<p style='font-family: \"Source Sans 3\"'>a <b style='font-family: DejaVu Sans, Arial, sans-serif'>b</b></p>"
    )
    names = {str(font) for page in pypdf.PdfReader(io.BytesIO(data)).pages
             for font in (f.get_object()["/BaseFont"] for f in page["/Resources"]["/Font"].values())}  # fmt: skip
    assert all(any(family in name for family in ("Source", "Noto")) for name in names), names
    assert len(fonts.folders()) >= 4


HOSTILE = """
<img src="http://127.0.0.1:{port}/img"><img src="//127.0.0.1:{port}/x"><img src="file:///etc/passwd"><img src="data:,x">
<link rel="stylesheet" href="http://127.0.0.1:{port}/css"><link rel="attachment" href="file:///etc/passwd">
<style>@import "http://127.0.0.1:{port}/import"; @import url(file:///etc/passwd);
@font-face {{ font-family: evil; src: url(http://127.0.0.1:{port}/font), local("Source Sans 3") }}
p {{ font-family: evil; background: url(http://127.0.0.1:{port}/bg); content: url(http://127.0.0.1:{port}/c) }}</style>
<object data="http://127.0.0.1:{port}/object"></object><embed src="http://127.0.0.1:{port}/embed">
<iframe src="http://127.0.0.1:{port}/iframe"></iframe><base href="http://127.0.0.1:{port}/"><img src="relative.png">
<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{port}/svg"/><use href="file:///etc/passwd#a"/></svg>
<img src="res:nested.svg"><img src="res:../../etc/passwd"><img src="res:unknown.png"><img src="not a url%%">
<a href="javascript:alert(1)">one</a> <a href="file:///etc/passwd">two</a> <a href="http://127.0.0.1/">three</a>
<a href="JaVaScRiPt:alert(1)">four</a> <a href="https://[bad">five</a> <a href="data:text/html,x">six</a>
<a rel=attachment href="file:///etc/hosts">ten</a> <img src='data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'>
<form action="http://127.0.0.1:{port}/form"><input name=a></form> <img srcset="http://127.0.0.1:{port}/srcset 2x">
<span style="link: url(file:///etc/hosts)">seven</span> <a href="https://good.example/a">eight</a> <a href="mailto:a@b.example">nine</a>
<p>here</p>
"""


@pytest.mark.proves("T23", "T24")
def test_hostile_pages_fetch_nothing_and_keep_no_link(listener: tuple[int, list[str]]) -> None:
    port, calls = listener
    nested = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="http://127.0.0.1:{port}/nested"/></svg>'
    data = rendered(HOSTILE.format(port=port), resources={"nested.svg": nested.encode()})
    assert calls == []
    assert sorted(links_of(data)) == ["https://good.example/a", "mailto:a@b.example"]
    assert "here" in text_of(data)
    assert b"root:" not in data
    assert not pypdf.PdfReader(io.BytesIO(data)).attachments


def test_a_child_that_fails_is_told() -> None:
    with pytest.raises(pdf.PdfFailed, match="could not be made"):
        rendered("<p>x", variant="pdf/unheard-of")


def test_limits_end_what_takes_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "WALL_SECONDS", 0.05)
    with pytest.raises(pdf.PdfFailed, match="not ready after"):
        rendered("<p>x")


def test_the_roomiest_that_fits_is_chosen() -> None:
    long, short = "<p>x</p>" * 200, "<p>x</p>"
    sheets = [pdf.Sheet(f"<html><body>{body}", AT, b"i" * 16) for body in (long, short, short)]
    assert pdf.first_on_one_page(sheets) == 1
    assert pdf.first_on_one_page(sheets[:1]) == 0


def test_one_at_a_time_also_across_threads() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with pdf._alone():
            with lock:
                running += 1
                most = max(most, running)
            threading.Event().wait(0.02)
            with lock:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
