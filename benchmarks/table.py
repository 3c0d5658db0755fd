"""docs/benchmarks.md: the figures as tables, beside what was aimed at."""

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]
MEMORY = "memory"


def page(figures: Figures) -> Iterator[str]:
    """Yield the page's lines."""
    machine = figures["machine"]
    yield from ("# How fast it is", "")
    yield (
        f"Written by `make bench` on {machine['day']} at {machine['commit']}: {machine['processor']}, "
        f"{machine['cores']} cores shared with the load, Python {machine['python']}. "
        "Times differ by a third from run to run; compare ratios."
    )
    yield ""
    if "floor" in figures:
        yield f"The floor, a page that says one word from the same server: {figures['floor']['median']:.1f} ms."
        yield ""
    for name, project in figures.get("projects", {}).items():
        yield from _project(name, project)
    yield from _others(figures)
    yield from ("", "[Found and mended](measuring.md), and how to read this.", "")


def _project(name: str, found: Figures) -> Iterator[str]:
    database, size = name.split()
    yield from (f"## {database}, {int(size):,} test cases", "")
    yield "| page | median ms | p95 ms | 8 clients: median | p95 | statements | KB sent | KB on a first visit |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for title, row in found["pages"].items():
        if title == MEMORY:
            continue
        first = found["first_visits"][title] / 1000
        yield (
            f"| {title} | {row['median_ms']:.0f} | {row['p95_ms']:.0f} | {row['median_8_ms']:.0f} | {row['p95_8_ms']:.0f} "
            f"| {row['statements']} | {row['bytes'] / 1000:.1f} | {first:.0f} |"
        )
    yield ""
    recording, submissions = found["recording"], found["submissions"]
    yield (
        f"- Recording one result: {recording['median_ms']:.0f} ms (p95 {recording['p95_ms']:.0f}), with the page that "
        f"follows {recording['with_next_page_ms']:.0f} ms and {recording['bytes'] / 1000:.1f} KB; "
        f"{recording['statements']} statements."
    )
    yield (
        f"- One writer submits {submissions['submitted_per_s']:.0f} results a second; bare commits of one row: "
        f"{submissions['bare_commits_per_s']:.0f}."
    )
    yield f"- {found['assignments']['assignments']:,} assignments in three acts: {found['assignments']['seconds']:.1f} s."
    if "deciding" in found:
        yield _deciding(found["deciding"])
    yield f"- Memory of a web process afterwards: {found['pages'][MEMORY]['process_bytes'] / 1e6:.0f} MB."
    if "verification" in found:
        row = found["verification"]
        yield f"- Verifying {row['entries']:,} audit entries: {row['seconds']:.0f} s ({row['per_s']:,.0f} a second)."
    yield ""


def _deciding(row: Figures) -> str:
    return (
        f"- Deciding on all of it: readiness page {row['readiness_ms']:.0f} ms (p95 {row['readiness_p95_ms']:.0f}), asking "
        f"and freezing {row['freezing_s']:.1f} s while another writer waits {row['longest_wait_ms']:.0f} ms at most "
        f"(usually {row['usual_wait_ms']:.0f}), signing {row['signing_ms']:.0f} ms."
    )


def _others(figures: Figures) -> Iterator[str]:
    if "importing" in figures:
        row = figures["importing"]
        yield from ("## Import", "")
        yield (
            f"{row['documents']} documents: the official parser alone {row['parser_s']:.2f} s, import {row['first_s']:.2f} s "
            f"({row['times_the_parser']:.1f} times as long), again unchanged {row['again_s']:.2f} s "
            f"({row['times_faster_again']:.0f} times faster). Processor time."
        )
        yield ""
    if "papers" in figures:
        yield from (
            "## Certificates",
            "",
            "| runs | cold s | warm s | child's memory MB | KB |",
            "|---:|---:|---:|---:|---:|",
        )
        for runs, row in figures["papers"].items():
            yield (
                f"| {runs} | {row['cold_s']:.1f} | {row['warm_s']:.1f} | {row['child_bytes'] / 1e6:.0f} "
                f"| {row['bytes'] / 1000:.0f} |"
            )
        yield ""
    if "starting" in figures:
        row = figures["starting"]
        yield from ("## Start", "")
        yield f"From the command to the first page: {row['start_s']:.1f} s. First migration: {row['first_migration_s']:.1f} s."
