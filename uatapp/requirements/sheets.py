"""Tests written in a spreadsheet, a row per step: the template with its choices, and reading it into documents."""

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from python_calamine import CalamineError, CalamineWorkbook

from uatapp.gherkin.model import StepKind

SUFFIX = ".xlsx"
MAX_BYTES, MAX_ROWS, LONGEST, MOST_FAULTS = 5 * 1024 * 1024, 60_000, 4_000, 200
_MAX_INFLATED, _MAX_ENTRIES = 20 * 1024 * 1024, 500
SHEET = "Tests"
COLUMNS: Mapping[str, tuple[int, Any]] = {
    "Document": (24, _l("What the tests are about, such as Order entry. Leave it empty for “as above”.")),
    "Requirement": (40, _l("What the software must do, in one line. Leave it empty for “as above”.")),
    "Tags": (18, _l("Words that begin with @, such as @must. They may stay empty.")),
    "Step": (20, _l("Choose what the step is. A row has one step.")),
    "Text": (70, _l("What is so before, what you do, or what you should see: one sentence.")),
}
_NEEDED = ("Document", "Requirement", "Step", "Text")
WORDS = {"Before you start": StepKind.GIVEN, "Do this": StepKind.WHEN, "You should see": StepKind.THEN}
_KINDS = {word.casefold(): kind for word, kind in WORDS.items()} | {str(kind): kind for kind in StepKind}
_KEYWORDS = {StepKind.GIVEN: "Given", StepKind.WHEN: "When", StepKind.THEN: "Then"}
_FORMULA = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f[\s>/]')


class SheetRefused(Exception):
    """Why a file cannot be read as tests; people read the message."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in one cell; row and column count from 1."""

    row: int
    column: int
    message: str

    @property
    def cell(self) -> str:
        return f"{_letters(self.column)}{self.row}"


@dataclass(slots=True)
class _Scenario:
    name: str
    tags: list[str] = field(default_factory=list)
    steps: list[tuple[StepKind, str]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """What a sheet holds: documents as Gherkin by their path, or what is wrong with it, cell by cell."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)


def _letters(column: int) -> str:
    said = ""
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


# ---- writing the template ----


def template() -> bytes:
    """Return the file to fill in: two small tests as an example, choices for the step, help on each heading."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tests.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            _fill(book)
        return path.read_bytes()


def _fill(book: Any) -> None:
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (heading, (width, help_text)) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, heading, bold)
        sheet.write_comment(0, column, str(help_text))
    for row, values in enumerate(_example(), 1):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value)
    at = list(COLUMNS).index("Step")
    choices = {"validate": "list", "source": list(WORDS), "error_message": str(_("Choose one of the three."))}
    sheet.data_validation(1, at, MAX_ROWS, at, choices)
    sheet.freeze_panes(1, 0)


def _example() -> list[tuple[str, ...]]:
    given, when, then = WORDS
    return [
        (
            str(_("Order entry")),
            str(_("A saved order has a number")),
            "@must",
            given,
            str(_("you are signed in as a clerk")),
        ),
        ("", "", "", when, str(_("you enter an order of 3 pieces and save it"))),
        ("", "", "", then, str(_("the order has a number"))),
        (
            "",
            str(_("An order without a customer is not saved")),
            "",
            when,
            str(_("you save an order without a customer")),
        ),
        ("", "", "", then, str(_("the page asks for the customer"))),
    ]


# ---- reading ----


def read(name: str, data: bytes) -> Found:
    """Read a filled-in sheet. Raises SheetRefused for what is no such file: damaged, too large, with macros."""
    _check(name, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        wanted = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise SheetRefused(_("The file is damaged, or is no Excel file. Save it again as .xlsx.")) from error
    if len(rows) > MAX_ROWS:
        raise SheetRefused(_("The sheet has more than 60,000 rows. Please split it."))
    found = Found(faults=list(_formulas(data)))
    if not found.faults:
        _Reader(found).read(rows)
    if found.faults:
        found.files.clear()
    return found


def _check(name: str, data: bytes) -> None:
    """Look at the archive's list of contents before anything of it is inflated."""
    if len(data) > MAX_BYTES:
        raise SheetRefused(_("The file has more than 5 MB. Please split it."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise SheetRefused(_("The file is damaged, or is no Excel file. Save it again as .xlsx.")) from error
    if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_INFLATED:
        raise SheetRefused(_("The file is far larger than it seems when unpacked, so it was not read."))
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise SheetRefused(_("The file has macros, which are never run here. Save it as .xlsx without them."))


def _formulas(data: bytes) -> Iterator[CellFault]:
    """Yield the cells that hold a formula: what they show may differ from one computer to the next."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.namelist():
            if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                for letters, row in _FORMULA.findall(archive.read(entry))[:MOST_FAULTS]:
                    column = sum((letter - 64) * 26**place for place, letter in enumerate(reversed(letters)))
                    yield CellFault(int(row), column, _("This cell has a formula. Put in what it shows, as text."))


class _Reader:
    """Goes down the rows and gathers documents, requirements and steps."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.columns: dict[str, int] = {}
        self.documents: dict[str, list[_Scenario]] = {}
        self.began: dict[str, int] = {}
        self.document = ""

    def read(self, rows: Sequence[Sequence[Any]]) -> None:
        self._headings(rows[0] if rows else ())
        if self.found.faults:
            return
        for number, row in enumerate(rows[1:], 2):
            cells = {name: _said(row[at]) if at < len(row) else "" for name, at in self.columns.items()}
            if any(cells.values()) and len(self.found.faults) < MOST_FAULTS:
                self._row(number, cells)
        if not self.documents and not self.found.faults:
            self._wrong(2, "Text", _("There is no test in this sheet yet."))
        self._write()

    def _wrong(self, row: int, column: str, message: str) -> None:
        self.found.faults.append(CellFault(row, self.columns.get(column, 0) + 1, message))

    def _headings(self, row: Sequence[Any]) -> None:
        known = {name.casefold(): name for name in COLUMNS}
        for at, value in enumerate(row):
            said = _said(value)
            name = known.get(said.casefold())
            if said and (name is None or name in self.columns):
                sentence = _("We do not know this column. The columns are: %(names)s.", names=", ".join(COLUMNS))
                self.found.faults.append(CellFault(1, at + 1, sentence))
            elif name:
                self.columns[name] = at
        for name in _NEEDED:
            if name not in self.columns and not self.found.faults:
                sentence = _("The column “%(name)s” is missing. Take the template, or put the heading in.", name=name)
                self.found.faults.append(CellFault(1, 1, sentence))

    def _row(self, number: int, cells: Mapping[str, str]) -> None:
        for name, said in cells.items():
            if len(said) > LONGEST:
                self._wrong(number, name, _("The text is longer than 4,000 characters. Please shorten it."))
                return
        if cells["Document"]:
            self.document = cells["Document"]
        if not self.document:
            self._wrong(number, "Document", _("Say what the tests are about, such as Order entry."))
            return
        scenarios = self.documents.setdefault(self.document, [])
        self.began.setdefault(self.document, number)
        name = cells["Requirement"]
        if name and not (scenarios and scenarios[-1].name == name and not cells["Document"]):
            scenarios.append(_Scenario(name))
        if not scenarios:
            self._wrong(number, "Requirement", _("Say in one line what the software must do."))
            return
        self._tags(number, cells.get("Tags", ""), scenarios[-1])
        self._step(number, cells["Step"], cells["Text"], scenarios[-1])

    def _tags(self, number: int, said: str, scenario: _Scenario) -> None:
        for tag in said.split():
            if not re.fullmatch(r"@[^\s@#]+", tag):
                self._wrong(number, "Tags", _("A tag begins with @ and has no spaces, such as @must."))
            elif tag not in scenario.tags:
                scenario.tags.append(tag)

    def _step(self, number: int, kind: str, text: str, scenario: _Scenario) -> None:
        if not kind and not text:
            return
        found = _KINDS.get(kind.casefold())
        if found is None:
            self._wrong(number, "Step", _("Choose one of: %(words)s.", words=", ".join(WORDS)))
        elif not text:
            self._wrong(number, "Text", _("Say what the step is."))
        else:
            scenario.steps.append((found, text))

    def _write(self) -> None:
        for name, scenarios in self.documents.items():
            path = f"{slug(name)}.feature"
            if path in self.found.files:
                sentence = _(
                    "Two documents have nearly the same name: “%(name)s”. Give one of them another.", name=name
                )
                self._wrong(self.began[name], "Document", sentence)
            self.found.files[path] = _gherkin(name, scenarios).encode()


def slug(name: str) -> str:
    """Return a file's name made of a document's."""
    return re.sub(r"[^\w]+", "_", name.casefold()).strip("_")[:60] or "requirements"


def _said(value: Any) -> str:
    """Return what a cell shows, on one line."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def _gherkin(name: str, scenarios: Sequence[_Scenario]) -> str:
    lines = [f"Feature: {name}"]
    for scenario in scenarios:
        lines += ["", *(["  " + " ".join(scenario.tags)] if scenario.tags else []), f"  Scenario: {scenario.name}"]
        before = None
        for kind, text in scenario.steps:
            lines.append(f"    {'And' if kind is before else _KEYWORDS[kind]} {text}")
            before = kind
    return "\n".join(lines) + "\n"
