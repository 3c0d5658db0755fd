"""Every document of Cucumber's compatibility kit reads as the kit says: its AST and its pickles."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cucumber_compatibility_kit import CompatibilityKit  # type: ignore[import-untyped]
from gherkin.stream.id_generator import IdGenerator

from uatapp.gherkin.decode import decode
from uatapp.gherkin.match import known, match
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.parse import compile_pickles, parse, read_ast

FOLDERS = sorted(CompatibilityKit().gherkin())
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.feature"))


def messages(folder: Path, kind: str) -> Iterator[Any]:
    for path in sorted(folder.glob("*.ndjson")):
        for line in path.read_text("utf-8").splitlines():
            if kind in (message := json.loads(line)):
                yield message[kind]


IDS = {"id", "astNodeId", "astNodeIds", "uri"}


def without_ids(value: Any) -> Any:
    """The kit numbers with ids of its own, and keeps blanks at the ends of description lines."""
    if isinstance(value, dict):
        plain = {key: without_ids(item) for key, item in value.items() if key not in IDS}
        if "description" in plain:
            plain["description"] = [line.rstrip() for line in plain["description"].rstrip().split("\n")]
        return plain
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def test_the_kit_has_documents() -> None:
    assert len(FILES) >= 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_ast_and_pickles_are_as_the_kit_says(path: Path) -> None:
    ids = IdGenerator()
    ast = read_ast(decode(path.read_bytes()), ids)
    name = f"samples/{path.parent.name}/{path.name}"
    expected = {m["uri"]: m for m in messages(path.parent, "gherkinDocument")}
    assert without_ids(ast) == without_ids(expected[name])
    pickles = [m for m in messages(path.parent, "pickle") if m["uri"] == name]
    ours = without_ids(compile_pickles(ast, name, ids))
    assert sorted(ours, key=str) == sorted(without_ids(pickles), key=str)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_documents_match_themselves(path: Path) -> None:
    try:
        document = parse(path.read_bytes(), path.name)
    except ParseProblem as problem:
        pytest.fail(f"{path.name}: {problem}")
    scenarios = [known(s.position, path.name, s) for s in document.scenarios]
    assert len(match(scenarios, scenarios).unchanged) == len(scenarios)
