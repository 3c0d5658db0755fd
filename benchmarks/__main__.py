"""`make bench`: measure everything on both databases, write docs/benchmarks.json and docs/benchmarks.md."""

import argparse
import json
import os
import platform
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import chains, deciding, importing, pages, papers, places, starting, table
from benchmarks.filling import Place, fill, new_world, opened

SIZES = (1000, 10_000)
DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Measure what is asked for; figures of parts that are left out stay as they were."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["pages", "importing", "papers", "starting"])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    asked = parser.parse_args()
    path = DOCS / "benchmarks.json"
    figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    figures["machine"] = _machine()
    for part, measure in (("importing", importing.measure), ("papers", papers.measure), ("starting", starting.measure)):
        if part in asked.parts:
            figures[part] = _told(part, measure)
    if "pages" in asked.parts:
        figures["floor"] = asdict(_told("floor", pages.bare))
        for size in asked.sizes:
            for database, place in places.both():
                with place as there:
                    figures.setdefault("projects", {})[f"{database} {size}"] = _told(
                        f"{database} {size}", _project, there, size
                    )
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    (DOCS / "benchmarks.md").write_text("\n".join(table.page(figures)))


def _told(what: str, act: Any, *arguments: Any) -> Any:
    print(f"{time.strftime('%H:%M:%S')} {what} …", flush=True)
    return act(*arguments)


def _machine() -> dict[str, str]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())  # fmt: skip
    return {"commit": commit.stdout.strip(), "processor": model, "cores": str(os.cpu_count()),
            "python": platform.python_version(), "day": time.strftime("%Y-%m-%d")}  # fmt: skip


def _project(place: Place, size: int) -> dict[str, Any]:
    """Fill a project, then measure what people do in it."""
    begun = time.perf_counter()
    with opened(place) as app:
        fill(new_world(app), size)
    filled = time.perf_counter() - begun
    found: dict[str, Any] = {"filling_s": filled, "pages": pages.measure(place), "recording": pages.record(place)}
    found["first_visits"] = starting.first_visits(place)
    found["submissions"] = chains.submissions(place)
    found["assignments"] = chains.assignments(place)
    found["deciding"] = deciding.measure(place)
    if size == max(SIZES):
        found["verification"] = chains.verification(place)
    return found


if __name__ == "__main__":
    main()
