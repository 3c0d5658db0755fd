"""The gallery shows every component in each state it can have: nothing is added that is not seen and tried there."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.runtime import Macro

from tests.world import World
from uatapp.web.gallery import LONG

COMPONENTS = Path(__file__).parents[2] / "templates" / "components"
SIGNS = {
    "long": LONG,
    "error": r'class="error"|banner--failed',
    "disabled": r"<(button|input|select|textarea|fieldset)\b[^>]* disabled",
    "empty": r'value=""|></textarea>|class="empty"|Nothing|0 of 0',
}
SHOWN = {
    "g-next": "long", "g-buttons": "long disabled", "g-states": "long", "g-progress": "empty", "g-rows": "empty long",
    "g-table": "empty long", "g-banners": "long error", "g-fields": "empty long error disabled", "g-read": "long",
    "g-answer": "empty long error", "g-decide": "long error disabled", "g-story": "long",
    "g-confirm": "long error disabled", "g-save": "long", "g-conflict": "empty long",
}  # fmt: skip


def test_every_component_is_on_the_page(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the page and notes each macro that is called, with the file it stands in."""
    called: set[tuple[str, str]] = set()
    run = Macro._invoke

    def noted(macro: Macro, *given: object) -> str:
        called.add((Path(macro._func.__code__.co_filename).name, macro.name))
        return run(macro, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Macro, "_invoke", noted)
    assert site.client().get("/gallery/").status_code == 200
    there = {
        (path.name, macro.name)
        for path in COMPONENTS.glob("*.html")
        for macro in site.app.jinja_env.parse(path.read_text(encoding="utf-8")).find_all(nodes.Macro)
    }
    assert there - called == set(), "show it in templates/gallery.html, in each state that it can have"


def test_every_component_is_shown_in_its_states(site: World) -> None:
    page = site.client().get("/gallery/").text
    sections = dict(
        re.findall(r'<section aria-labelledby="(g-[a-z]+)">(.*?)(?=<section aria-labelledby="g-|</main>)', page, re.S)
    )
    missing = [
        f"{section}: {state}" for section, states in SHOWN.items() for state in states.split()
        if not re.search(SIGNS[state], sections[section])
    ]  # fmt: skip
    assert missing == []
    assert set(sections) - SHOWN.keys() == {"g-seal"}, "say in SHOWN which states it has"
