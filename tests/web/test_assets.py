"""What set-up cuts out of the wheels: only what templates use, again only when something changed."""

import gzip
import shutil
from pathlib import Path

import pytest

from uatapp.web.assets import build, cut_icons, icons_used, pack_own

TEMPLATES = Path(__file__).parents[2] / "templates"
SPRITE = '<svg><symbol viewBox="0 0 16 16" id="flag"><path/></symbol><symbol id="flag-fill"><path/></symbol></svg>'


def _page(folder: Path, text: str) -> Path:
    (folder / "page.html").write_text(text, encoding="utf-8")
    return folder


def test_an_unknown_icon_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no-such-icon"):
        cut_icons(SPRITE, {"flag", "no-such-icon"})


def test_only_the_icons_asked_for_are_cut() -> None:
    assert cut_icons(SPRITE, {"flag"}).count("<symbol") == 1


@pytest.mark.parametrize(
    "call", ['icon("flag")', "icon('flag', _('Flag'))", 'icon( "flag")', 'icon("x" if a else "flag")']
)
def test_names_are_found_however_they_are_called(tmp_path: Path, call: str) -> None:
    assert "flag" in icons_used(_page(tmp_path, "{{ " + call + " }}"))


def test_a_page_that_names_an_unknown_icon_stops_the_set_up(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="never-drawn"):
        build(tmp_path, _page(tmp_path, '{{ icon("never-drawn") }}'))


def test_the_second_time_nothing_is_written(tmp_path: Path) -> None:
    build(tmp_path, TEMPLATES)
    written = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "built").iterdir()}
    build(tmp_path, TEMPLATES)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "built").iterdir()} == written
    assert {"bootstrap.css", "htmx.js", "icons.svg", "source-sans-3.woff2", "source-code-pro.woff2"} <= set(written)


def test_a_style_sheet_and_its_twin_say_the_same_also_after_an_edit(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    sheet = tmp_path / "css" / "own.css"
    for text in ("a { color: red }", "a { color: blue }"):
        sheet.write_text(text, encoding="utf-8")
        pack_own(tmp_path)
        assert gzip.decompress(sheet.with_name("own.css.gz").read_bytes()).decode() == text
    assert {path.name for path in sheet.parent.iterdir()} == {"own.css", "own.css.gz"}


def test_a_first_visit_stays_small(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES.parent / "static" / "css", tmp_path / "css", ignore=shutil.ignore_patterns("*.gz"))
    shutil.copytree(TEMPLATES.parent / "static" / "js", tmp_path / "js", ignore=shutil.ignore_patterns("*.gz"))
    build(tmp_path, TEMPLATES)
    packed = sum(path.stat().st_size for path in tmp_path.rglob("*.gz"))
    fonts = sum(path.stat().st_size for path in tmp_path.rglob("*.woff2"))
    assert packed + fonts < 140_000  # a page comes on top
