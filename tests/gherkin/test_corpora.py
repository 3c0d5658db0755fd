"""The official data and real feature files by others, outside the repository: UATAPP_CORPORA says where."""

import contextlib
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gherkin import Parser
from gherkin.ast_builder import AstBuilder
from gherkin.errors import CompositeParserException
from gherkin.stream.id_generator import IdGenerator

from tests.gherkin import histories
from uatapp.gherkin.decode import decode
from uatapp.gherkin.lint import lint, mended
from uatapp.gherkin.match import known, match
from uatapp.gherkin.model import Document, ParseProblem
from uatapp.gherkin.parse import compile_pickles, parse, read_ast
from uatapp.gherkin.tokens import Matcher

ROOT = Path(__file__).parents[2]
DATA = ROOT / os.environ.get("UATAPP_CORPORA", "../shared/data")
OFFICIAL = DATA / "gherkin-testdata" / "testdata"

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no feature files of others in {DATA} (UATAPP_CORPORA)"),
]


def official(folder: str) -> list[Path]:
    return sorted((OFFICIAL / folder).glob("*.feature"))


def expected(path: Path, kind: str) -> list[Any]:
    return [json.loads(line) for line in Path(f"{path}.{kind}.ndjson").read_text("utf-8").splitlines()]


def corpora() -> list[Path]:
    return sorted(path for path in (DATA / "corpora").rglob("*.feature") if path.is_file())


@pytest.mark.parametrize("path", official("good"), ids=lambda path: path.stem)
def test_good_documents(path: Path) -> None:
    ids = IdGenerator()
    ast = read_ast(decode(path.read_bytes()), ids)
    uri = f"../testdata/good/{path.name}"
    assert [{"gherkinDocument": {**ast, "uri": uri}}] == expected(path, "ast")
    assert [{"pickle": pickle} for pickle in compile_pickles(ast, uri, ids)] == expected(path, "pickles")


@pytest.mark.parametrize("path", official("bad"), ids=lambda path: path.stem)
def test_bad_documents(path: Path) -> None:
    text = decode(path.read_bytes())
    with pytest.raises(CompositeParserException) as caught:
        Parser(AstBuilder()).parse(text, Matcher())
    errors = [line["parseError"] for line in expected(path, "errors")]
    assert [str(error) for error in caught.value.errors] == [error["message"] for error in errors]
    with pytest.raises(ParseProblem) as found:
        parse(path.read_bytes(), path.name)
    place = errors[0]["source"]["location"]
    assert (found.value.line, found.value.column) == (place["line"], place.get("column", 1))


def test_real_files_are_read_or_named() -> None:
    documents: list[Document] = []
    for path in corpora():
        data = path.read_bytes()
        assert decode(data).encode() == data.removeprefix(b"\xef\xbb\xbf")
        try:
            documents.append(parse(data, str(path)))
        except ParseProblem as problem:
            assert problem.code == "unknown_language", (path, problem)
    assert len(documents) > 500
    stored = [known((d.path, s.position), d.path, s) for d in documents for s in d.scenarios]
    result = match(stored, stored)
    assert len(result.unchanged) == len(stored)
    assert all(old is new for old, new in result.unchanged)


def _documents() -> Iterator[str]:
    for path in corpora():
        data = path.read_bytes()
        try:
            parse(data, path.name)
        except ParseProblem:
            continue
        yield decode(data)


def test_rules_read_real_documents_and_point_at_what_they_name() -> None:
    seen = set()
    for text in _documents():
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for finding in lint(text):
            seen.add(finding.rule)
            assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1, (finding, lines[finding.line - 1])
            if finding.rule in ("interface-words", "vague-outcome"):
                said = str(finding.values["word"])
                assert lines[finding.line - 1][finding.column - 1 :].startswith(said), (
                    finding,
                    lines[finding.line - 1],
                )
            if finding.fix:
                assert finding.rule not in {f.rule for f in lint(mended(text, finding.fix)) if f.line == finding.line}
    assert len(seen) > 15


def test_of_edited_copies_nothing_is_paired_wrongly_by_itself(soak: bool) -> None:
    folders: dict[Path, dict[str, Document]] = {}
    for path in corpora():
        folder = DATA / "corpora" / path.relative_to(DATA / "corpora").parts[0]
        with contextlib.suppress(ParseProblem):
            folders.setdefault(folder, {})[str(path)] = parse(path.read_bytes(), str(path))
    assert len(folders) > 4
    for before in folders.values():
        for seed in range(100 if soak else 3):
            after, origin = histories.edited(before, random.Random(seed))
            old, new = (
                [known((p, s.position), p, s) for p, d in side.items() for s in d.scenarios] for side in (before, after)
            )
            found = match(old, new)
            pairs = [
                (a.key, b.key) for kind in (found.unchanged, found.edited, found.renamed, found.moved) for a, b in kind
            ]
            assert histories.wrong(pairs, origin, before) == [], seed
            assert sum(origin.get(b) == a for a, b in pairs) > 0.94 * len(origin), seed
