"""The official matcher and parser: quick with lines of another kind, table cells in linear time, first error only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, cast

from gherkin.ast_builder import AstBuilder
from gherkin.dialect import DIALECTS
from gherkin.gherkin_line import GherkinLine
from gherkin.parser import Parser, ParserContext
from gherkin.parser_types import Location
from gherkin.token import Token
from gherkin.token_matcher import MatchedItems, TokenMatcher

from uatapp.gherkin.caps import check_columns

# Cells keep line breaks that were written as \n; everything else that \s matches is trimmed.
_SPACE = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c != "\n")


_Title = Literal["feature", "rule", "background", "scenario", "scenarioOutline", "examples"]


@cache
def _beginnings(language: str) -> Mapping[str, tuple[str, ...]]:
    """How lines of each kind begin in a language, by what tries a line for the kind."""
    spec = DIALECTS[language]
    titles = {name: tuple(f"{word}:" for key in keys for word in spec[key]) for name, keys in _TITLES.items()}
    steps = tuple({*spec["given"], *spec["when"], *spec["then"], *spec["and"], *spec["but"]})
    return {**_MARKS, **titles, "match_StepLine": steps}


_MARKS = {
    "match_TableRow": ("|",),
    "match_TagLine": ("@",),
    "match_Comment": ("#",),
    "match_Language": ("#",),
    "match_DocStringSeparator": ('"""', "```"),
    "match_Empty": ("",),
    "match_Other": ("",),
}
_TITLES: Mapping[str, Sequence[_Title]] = {
    "match_FeatureLine": ("feature",),
    "match_RuleLine": ("rule",),
    "match_BackgroundLine": ("background",),
    "match_ScenarioLine": ("scenario", "scenarioOutline"),
    "match_ExamplesLine": ("examples",),
}


class Matcher(TokenMatcher):
    """The official matcher, which also remembers where the open doc string began."""

    opened_at = 0
    open_mark = ""
    begins: Mapping[str, tuple[str, ...]]

    def _change_dialect(self, dialect_name: str, location: Location | None = None) -> None:
        super()._change_dialect(dialect_name, location)
        self.begins = _beginnings(dialect_name)

    def match_TableRow(self, token: Token) -> bool:
        """Match a table row; the official trimming takes quadratic time on a cell full of blanks."""
        if not token.line.startswith("|"):
            return False
        pieces = _pieces(token.line.get_line_text().strip())
        check_columns(len(pieces), {"line": token.location["line"], "column": token.line.indent + 1})
        self._set_token_matched(token, "TableRow", items=_cells(pieces, token.line.indent))
        return True

    def _match_DocStringSeparator(self, token: Token, separator: str, is_open: bool) -> bool:
        matched = super()._match_DocStringSeparator(token, separator, is_open)
        if matched and is_open:
            self.opened_at, self.open_mark = token.location["line"], separator
        return matched


def cell_count(row: str) -> int:
    """How many cells a table row has."""
    return len(_pieces(row.strip()))


def _pieces(row: str) -> Sequence[tuple[str, int]]:
    """The untrimmed cells of a row, each with its column counted from the row's first bar."""
    if "\\" in row:
        return list(GherkinLine.split_table_cells(row))
    return list(_between_bars(row))


def _between_bars(row: str) -> Iterator[tuple[str, int]]:
    column = 2
    for piece in row.split("|")[1:-1]:
        yield piece, column
        column += len(piece) + 1


def _cells(pieces: Sequence[tuple[str, int]], indent: int) -> list[MatchedItems]:
    cells: list[MatchedItems] = []
    for piece, column in pieces:
        text = piece.lstrip(_SPACE)
        start = column + indent + len(piece) - len(text)
        cells.append({"column": start, "text": text.rstrip(_SPACE)})
    return cells


# The official parser looks its states up anew for each line, which is a tenth of its time.
_STATES = {
    int(name.rpartition("_")[2]): getattr(Parser, name) for name in dir(Parser) if name.startswith("match_token_at_")
}


class FirstErrorParser(Parser):
    """The official parser, stopping at the first error: what matches and builds is called without a net under it."""

    def __init__(self, ast_builder: AstBuilder | None = None) -> None:
        super().__init__(ast_builder)
        self.stop_at_first_error = True

    def match_token(self, state: int, token: Token, context: ParserContext) -> int:
        """Match one line in a state; the states are the official ones."""
        return cast(int, _STATES[state](self, token, context))

    def build(self, context: ParserContext, token: Token) -> None:
        self.ast_builder.build(token)

    def start_rule(self, context: ParserContext, rule_type: str) -> None:
        self.ast_builder.start_rule(rule_type)

    def end_rule(self, context: ParserContext, rule_type: str) -> None:
        self.ast_builder.end_rule(rule_type)


def _quick(name: str) -> Callable[[Parser, ParserContext, Token], bool]:
    """Return what has the matcher try a line for a kind: only one that begins as lines of this kind do."""

    def match(parser: Parser, context: ParserContext, token: Token) -> bool:
        if token.eof():
            return False
        matcher = cast(Matcher, context.token_matcher)
        begins = token.line._trimmed_line_text.startswith(matcher.begins[name])
        return begins and bool(getattr(matcher, name)(token))

    return match


for _name in (*_MARKS, *_TITLES, "match_StepLine"):
    setattr(FirstErrorParser, _name, _quick(_name))
