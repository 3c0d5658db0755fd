"""Text in the editor: bytes stay as they were, and line ends and marks are the document's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.requirements.editing import bytes_of, path_of, text_of
from uatapp.requirements.models import DocumentVersion

pytestmark = pytest.mark.pure
LINES = st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00\r\n"), max_size=12))


def sent_by_a_browser(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@given(LINES, st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1), st.booleans())
def test_opening_and_saving_changes_no_byte(lines: list[str], ends: list[str], mark: bool) -> None:
    text = "".join(line + ends[n % len(ends)] for n, line in enumerate(lines)).lstrip("\ufeff")
    stored = DocumentVersion(content=(b"\xef\xbb\xbf" if mark else b"") + text.encode())
    assert bytes_of(sent_by_a_browser(text_of(stored)), stored) == stored.content


def test_line_ends_and_mark_stay_the_documents_own() -> None:
    stored = DocumentVersion(content=b"\xef\xbb\xbfFeature: a\r\n\r\n")
    assert bytes_of("Feature: b\r\n", stored) == b"\xef\xbb\xbfFeature: b\r\n"
    assert bytes_of("Feature: b\r\n", DocumentVersion(content=b"Feature: a\n")) == b"Feature: b\n"
    assert bytes_of("Feature: b", None) == b"Feature: b\n"


@pytest.mark.parametrize(
    ("typed", "source", "expected"),
    [
        ("", "# language: de\nFunktionalität: Aufträge & Co.\n", "aufträge_co.feature"),
        ("billing/invoices", "", "billing/invoices.feature"),
        ("x.feature", "", "x.feature"),
        ("", "", "requirements.feature"),
    ],
)
def test_a_document_without_a_name_gets_its_features(typed: str, source: str, expected: str) -> None:
    assert path_of(typed, source) == expected
