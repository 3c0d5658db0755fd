"""Bytes to text: UTF-8 with or without its mark; anything else is named with its place."""

import codecs

from uatapp.gherkin.model import ParseProblem

_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_OTHER_ENCODING = "The file is stored as %(encoding)s. Please save it as UTF-8 and try again."
_NOT_UTF8 = (
    "The file is not in UTF-8: the character here (byte %(byte)s) cannot be read. "
    "Please save it as UTF-8 and try again."
)
_NOT_TEXT = "There is a character here that is not text (code 0). Please remove it, or save as UTF-8."


def decode(data: bytes) -> str:
    """Give the text without a byte order mark; refuse what is not UTF-8, with its place."""
    for mark, encoding in _OTHER_MARKS:
        if data.startswith(mark):
            raise ParseProblem(1, 1, _OTHER_ENCODING, "encoding", encoding=encoding)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error) from error
    if (at := text.find("\0")) >= 0:
        raise ParseProblem(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), _NOT_TEXT, "not_text")
    return text


def unix_lines(text: str) -> str:
    """Make lines that end with a carriage return only, as old editors wrote them, lines to the parser."""
    return text if "\n" in text else text.replace("\r", "\n")


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> ParseProblem:
    # The codec counts behind the mark, and so do we.
    body = data.removeprefix(codecs.BOM_UTF8)
    at = error.start if error.object == body else error.start - (len(data) - len(body))
    before = body[:at]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
    line = before.count(b"\n") + 1
    return ParseProblem(line, column, _NOT_UTF8, "encoding", byte=f"0x{body[at]:02X}")
