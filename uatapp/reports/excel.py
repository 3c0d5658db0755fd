"""Excel files as people take them away: text is never a formula, memory stays bounded."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

LONGEST_CELL = 32_000


def workbook(fill: Callable[[Any], None]) -> bytes:
    """Return a workbook as bytes; `fill` writes its sheets, each from its first row to its last."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
            fill(book)
        return path.read_bytes()


def sheet(book: Any, title: str, columns: Sequence[tuple[str, int]]) -> Any:
    """Begin a sheet with its headings, each with the width of its column; the first row stays in sight."""
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for number, (heading, width) in enumerate(columns):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, heading, bold)
    return sheet


def write(sheet: Any, number: int, row: Sequence[Any]) -> None:
    """Write a row: instants, numbers, and whatever else as text that nobody's program computes."""
    for column, value in enumerate(row):
        if isinstance(value, datetime):
            sheet.write_datetime(number, column, value)
        elif isinstance(value, int):
            sheet.write_number(number, column, value)
        elif value:
            sheet.write_string(number, column, _clean(str(value)))


def _clean(text: str) -> str:
    kept = "".join(c if c in "\n\t" or c >= " " else " " for c in text)
    return kept if len(kept) <= LONGEST_CELL else kept[:LONGEST_CELL] + " …"
