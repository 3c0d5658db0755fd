"""What set-up cuts out of the wheels: only what templates use, again only when something changed."""

from pathlib import Path

import pytest

from uatapp.web.assets import build, cut_icons, icons_used

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


def test_a_first_visit_stays_small(tmp_path: Path) -> None:
    build(tmp_path, TEMPLATES)
    built, css = tmp_path / "built", TEMPLATES.parent / "static" / "css"
    loaded = [built / name for name in ("bootstrap.css.gz", "icons.svg.gz", "source-sans-3.woff2")]
    assert sum(path.stat().st_size for path in [*loaded, *css.glob("*.css")]) < 150_000
