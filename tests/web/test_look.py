"""What the style sheets promise: readable contrasts, one value per colour, room for every declared class of a state."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
COLOURS = (CSS / "colours.css").read_text(encoding="utf-8")
PAIRS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", COLOURS)
}
GROUNDS = ("paper", "surface", "sunk", "raised")
STATES = ("passed", "remarks", "failed", "blocked", "stale", "info", "quiet")
READ = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "link", "brass", "brand") for ground in GROUNDS]
ON_SOFT = [(state, f"{state}-soft") for state in STATES]
ON_FILLED = [("on-brand", "brand"), ("on-danger", "danger"), ("brand", "brand-soft"), ("brass", "brass-soft")]
EDGES = [(edge, ground) for edge in ("line-strong", "focus") for ground in GROUNDS]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lower, higher = sorted((_luminance(one), _luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("look", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), [*READ, *ON_SOFT, *ON_FILLED])
def test_text_is_readable(ink: str, ground: str, look: int) -> None:
    assert _contrast(PAIRS[ink][look], PAIRS[ground][look]) >= 4.5


@pytest.mark.parametrize("look", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_focus_are_seen(edge: str, ground: str, look: int) -> None:
    assert _contrast(PAIRS[edge][look], PAIRS[ground][look]) >= 3


def test_plain_values_for_older_browsers_are_the_same() -> None:
    plain = re.findall(r"--([\w-]+): (#\w{6});", COLOURS)
    light = dict(plain[: len(PAIRS) + 1])
    dark = dict(plain[len(PAIRS) + 1 :])
    assert {name: light[name] for name in PAIRS} == {name: pair[0] for name, pair in PAIRS.items()}
    assert dark == {name: pair[1] for name, pair in PAIRS.items()}


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_colours_stand_in_one_place(path: Path) -> None:
    """Paper is black and white by nature; everything else speaks the names of colours.css."""
    named = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert path.name in {"colours.css", "print.css"} or not re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", named)


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_each_style_sheet_is_taken_in() -> None:
    taken = set(re.findall(r'@import url\("([\w-]+\.css)"\)', (CSS / "uatapp.css").read_text(encoding="utf-8")))
    assert taken == {path.name for path in CSS.glob("*.css")} - {"uatapp.css"}
