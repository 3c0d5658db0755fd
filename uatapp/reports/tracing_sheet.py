"""The matrix from requirement to signature as an Excel file."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.reports import excel
from uatapp.reports.tracing import Wanted, loaded, standing, traces

CHUNK = 500


def workbook(project: Project, wanted: Wanted, words: Mapping[str, str]) -> bytes:
    """Write a row for each test of each requirement; one without tests has a row as well. `words` name results."""

    def fill(book: Any) -> None:
        sheet = excel.sheet(book, _("Traceability"), _columns())
        for number, row in enumerate(_rows(project, wanted, words), 1):
            excel.write(sheet, number, row)

    return excel.workbook(fill)


def _columns() -> list[tuple[str, int]]:
    return [
        (_("Requirement"), 14), (_("Requirement name"), 48), (_("Document"), 30), (_("Business process"), 22),
        (_("Agreed version"), 10), (_("How it stands"), 22), (_("Test"), 12), (_("Test name"), 48),
        (_("Result that counts"), 22), (_("Open problems"), 24), (_("Signed in"), 24),
    ]  # fmt: skip


def _rows(project: Project, wanted: Wanted, words: Mapping[str, str]) -> Iterator[list[Any]]:
    every = [row for row in standing(project, wanted) if wanted.stands in ("", row.stands)]
    for start in range(0, len(every), CHUNK):
        chunk = loaded(every[start : start + CHUNK])
        found = traces(project, [requirement for requirement, _row in chunk])
        for requirement, at in chunk:
            trace = found[requirement.id]
            defects = ", ".join(written(project.key, Kind.DEFECT, defect.number) for defect in trace.defects)
            signed = ", ".join(
                f"{written(project.key, Kind.SIGNOFF, one.number)} (v{one.version})" for one in trace.signed
            )
            document = requirement.document
            first = [
                written(project.key, Kind.REQUIREMENT, requirement.number), requirement.name,
                document.title or document.path, document.process.name if document.process else "",
                requirement.approved_number or "", words[at.stands],
            ]  # fmt: skip
            for number, title, outcome in trace.tests or [(0, "", "")]:
                test = written(project.key, Kind.TEST_CASE, number) if number else ""
                yield [*first, test, title, words.get(outcome, ""), defects, signed]
