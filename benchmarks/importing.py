"""Import: beside the official parser alone on the same files in the same run, and again, unchanged."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.token_scanner import TokenScanner

from benchmarks.filling import Place, new_world, opened
from tests.factories import flow
from uatapp.requirements import imports

OWN = 40  # documents of our own, where there is no collection of real ones


def _files(folder: Path) -> Path:
    """Return a folder of feature files: real ones where there are any, else some of ours."""
    real = Path(os.environ.get("UATAPP_CORPORA", "../shared/data")).resolve() / "corpora"
    if real.is_dir():
        return real
    for number in range(OWN):
        (folder / f"{number}.feature").write_bytes(flow.feature(50, first=number * 50))
    return folder


def _timed(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


def _parse_all(texts: list[str]) -> None:
    for text in texts:
        try:
            found = Parser().parse(TokenScanner(text))
        except CompositeParserException:
            continue
        Compiler().compile({**found, "uri": ""})


def measure() -> dict[str, float]:
    """Return seconds of processor time: the parser's, the first import's, and the second's; as the command runs."""
    with tempfile.TemporaryDirectory() as name:
        home, made = Path(name) / "home", Path(name) / "made"
        made.mkdir()
        root = _files(made)
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(root.rglob("*.feature"))]
        parser = min(_timed(lambda: _parse_all(texts)) for _ in range(2))
        with opened(Place(home)) as app:
            world = new_world(app)

            def bring_in() -> None:
                by = world.actor("analyst")
                imports.import_paths(world.project, [root], by, unit=None, process=None, dry_run=False)

            first, again = _timed(bring_in), _timed(bring_in)
    return {"documents": len(texts), "parser_s": parser, "first_s": first, "again_s": again,
            "times_the_parser": first / parser, "times_faster_again": first / again}  # fmt: skip
