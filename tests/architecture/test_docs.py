"""The documentation that is made from the code is what the code says. UATAPP_WRITE_DOCS=1 writes it anew."""

import difflib
import importlib
import inspect
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from flask import Flask

import uatapp
from uatapp.app import create_app
from uatapp.cli import main
from uatapp.config import Settings
from uatapp.criteria.states import CRITERIA
from uatapp.cycles.states import ASSIGNMENT, CYCLE
from uatapp.defects.states import DEFECT
from uatapp.kernel.lifecycle import Lifecycle
from uatapp.kernel.permissions import Permission
from uatapp.requirements.states import REQUIREMENT, VERSION
from uatapp.signoffs.states import ACT, CONDITION, SIGNOFF, TERMS
from uatapp.testcases.states import CASE
from uatapp.web.access import access_of

DOCS = Path(__file__).parent.parent.parent / "docs"
LIFECYCLES = (VERSION, REQUIREMENT, CASE, CYCLE, ASSIGNMENT, DEFECT, SIGNOFF, TERMS, CONDITION, ACT, CRITERIA)


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


def commands_page() -> str:
    lines = [
        "# Commands",
        "",
        "For IT staff and automation. Exit codes: 0 done, 1 checked and not in order, 2 could not (usage, a missing file,",
        "no connection). What a program reads is printed with `--json`; sentences about trouble go to the error stream.",
        "",
    ]
    for words, command in sorted(commands(main, "uatapp")):
        usage = " ".join([words, *command.collect_usage_pieces(click.Context(command))])
        lines += [f"## {words}", "", command.help or "", "", f"    {usage}", ""]
        options = [option for option in command.params if isinstance(option, click.Option)]
        if options:
            lines += ["| option | default | meaning |", "|---|---|---|", *map(option_row, options), ""]
    return "\n".join(lines)


def commands(command: click.Command, words: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command that can be typed, with the words of which it consists."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from commands(inner, f"{words} {name}")


def option_row(option: click.Option) -> str:
    default = ", ".join(option.default) if isinstance(option.default, tuple) else option.default
    shown = "needed" if option.required else f"`{default}`" if option.show_default else "—"
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(main))}"
    return f"| `{', '.join(option.opts)}{value}` | {shown} | {option.help} |"


def routes_page() -> str:
    with TemporaryDirectory() as home:
        app = create_app(Settings(home=Path(home), secret_key="test " * 8))
    lines = [
        "# Addresses",
        "",
        "Every address of the pages, who may use it, and what it does. A stranger to a project is told that there is",
        "nothing at its addresses; what somebody may do to one thing now is decided by rules beyond this table.",
        "",
        "| address | methods | who | what |",
        "|---|---|---|---|",
    ]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        access = access_of(app, rule.endpoint)
        who = f"`{access.value}`" if isinstance(access, Permission) else "anybody"
        lines.append(f"| `{rule.rule}` | {methods} | {who} | {what_of(app, rule.endpoint)} |")
    return "\n".join(lines) + "\n"


def what_of(app: Flask, endpoint: str) -> str:
    """Return what a view says it does; of the library's views, why they are open."""
    if endpoint == "static":
        return "Styles, scripts and fonts of the pages."
    access = access_of(app, endpoint)
    if endpoint.startswith("security."):
        return "Change the own password." if isinstance(access, Permission) else f"{access}."
    said = inspect.getdoc(app.view_functions[endpoint]) or ""
    assert said, f"{endpoint} needs a docstring: what it does, in one line"
    return said.split("\n")[0]


MADE = {"settings.md": settings_page, "states.md": states_page, "commands.md": commands_page, "routes.md": routes_page}
RENEW = "\nWrite it anew and commit it: UATAPP_WRITE_DOCS=1 pytest " + __file__


@pytest.mark.parametrize("name", MADE)
def test_docs_say_what_the_code_says(name: str) -> None:
    wanted, path = MADE[name](), DOCS / name
    if os.environ.get("UATAPP_WRITE_DOCS"):
        path.write_text(wanted, encoding="utf-8")
    assert path.is_file(), RENEW
    differing = difflib.unified_diff(
        path.read_text(encoding="utf-8").splitlines(), wanted.splitlines(), lineterm="", n=0
    )
    assert path.read_text(encoding="utf-8") == wanted, "\n".join([f"docs/{name} is out of date:", *differing, RENEW])


def test_every_setting_command_and_option_says_what_it_is_for() -> None:
    silent = [f"UATAPP_{name.upper()}" for name, field in Settings.model_fields.items() if not field.description]
    for words, command in commands(main, "uatapp"):
        silent += [words] if not command.help else []
        silent += [f"{words} {p.name}" for p in command.params if isinstance(p, click.Option) and not p.help]
    assert silent == []


def test_every_lifecycle_is_drawn() -> None:
    found = [
        value
        for module in pkgutil.walk_packages(uatapp.__path__, "uatapp.")
        if module.name.endswith(".states")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Lifecycle)
    ]
    assert {machine.name for machine in found} == {machine.name for machine in LIFECYCLES}


def test_every_page_can_be_found_from_the_readme() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if f"(docs/{page.name})" not in readme] == []


def test_every_decision_is_in_their_list() -> None:
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in (DOCS / "decisions").glob("0*.md"):
        assert path.name in listed


def test_links_between_pages_lead_somewhere() -> None:
    import re

    for page in [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
