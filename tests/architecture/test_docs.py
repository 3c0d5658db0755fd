"""The documentation that is made from the code is what the code says. UATAPP_WRITE_DOCS=1 writes it anew."""

import os
from pathlib import Path

import pytest

from uatapp.config import Settings
from uatapp.cycles.states import ASSIGNMENT, CYCLE
from uatapp.defects.states import DEFECT
from uatapp.requirements.states import REQUIREMENT, VERSION
from uatapp.signoffs.states import SIGNOFF
from uatapp.testcases.states import CASE

DOCS = Path(__file__).parent.parent.parent / "docs"
LIFECYCLES = (VERSION, REQUIREMENT, CASE, CYCLE, ASSIGNMENT, DEFECT, SIGNOFF)


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable; all have a default that works on one laptop.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.default if field.default != "" else "—"
        lines.append(f"| `UATAPP_{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(lines) + "\n"


def states_page() -> str:
    lines = ["# States", "", "Drawn from the tables that drive the pages, the rules and the tests.", ""]
    for lifecycle in LIFECYCLES:
        lines += [f"## {lifecycle.name.capitalize()}", "", "```mermaid", lifecycle.mermaid(), "```", ""]
        lines += ["| action | from | to | who | asks for |", "|---|---|---|---|---|"]
        for t in lifecycle.transitions:
            sources = ", ".join(s.value.replace("_", " ") for s in t.sources)
            who = f"`{t.by.value}`" if t.by else "the flow itself"
            row = (
                t.action.replace("_", " "),
                sources,
                t.target.value.replace("_", " "),
                who,
                ", ".join(t.needs) or "—",
            )
            lines.append("| " + " | ".join(row) + " |")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "page"), [("settings.md", settings_page), ("states.md", states_page)])
def test_docs_say_what_the_code_says(name: str, page: object) -> None:
    assert callable(page)
    wanted = page()
    if os.environ.get("UATAPP_WRITE_DOCS"):
        (DOCS / name).write_text(wanted, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == wanted, "write it anew: UATAPP_WRITE_DOCS=1 pytest " + __file__


def test_every_decision_is_in_their_list() -> None:
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in (DOCS / "decisions").glob("0*.md"):
        assert path.name in listed


def test_links_between_pages_lead_somewhere() -> None:
    import re

    for page in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
