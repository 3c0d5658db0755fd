"""Bytes of a `.feature` file to a Document, or one ParseProblem: the first error, with its place."""

import re
from typing import cast

from gherkin.ast_builder import AstBuilder
from gherkin.errors import ParserException
from gherkin.parser_types import GherkinDocument
from gherkin.pickles.compiler import GherkinDocumentWithURI, Pickle
from gherkin.stream.id_generator import IdGenerator

from uatapp.gherkin.assemble import assemble
from uatapp.gherkin.caps import check_bytes, check_feature
from uatapp.gherkin.compiler import LiteralCompiler
from uatapp.gherkin.decode import decode, unix_lines
from uatapp.gherkin.explain import explain
from uatapp.gherkin.headings import check_headings
from uatapp.gherkin.model import Document, ParseProblem
from uatapp.gherkin.tokens import FirstErrorParser, Matcher

__all__ = ["compile_pickles", "decode", "parse", "read_ast"]

_EMPTY = "The file is empty."
_NO_FEATURE = "There is no feature in this file. It should begin with “Feature:” and a name."


def parse(data: bytes, path: str, *, id_pattern: str | re.Pattern[str] | None = None) -> Document:
    """Read a document. `id_pattern` says which tags are ids besides `@id:…`. Raises ParseProblem."""
    check_bytes(data)
    text = decode(data)
    ids = IdGenerator()
    ast = read_ast(text, ids)
    if "feature" not in ast:
        raise no_feature(text)
    feature = ast["feature"]
    check_feature(feature)
    check_headings(feature, text)
    return assemble(feature, compile_pickles(ast, path, ids), text, path, _compiled(id_pattern))


def read_ast(text: str, ids: IdGenerator) -> GherkinDocument:
    """Read the text as the official parser does; its first error comes as a ParseProblem."""
    parser, matcher = FirstErrorParser(AstBuilder(ids)), Matcher()
    lines = unix_lines(text)
    try:
        return parser.parse(lines, matcher)
    except ParserException as error:
        raise explain(error, lines, matcher) from error


def compile_pickles(ast: GherkinDocument, path: str, ids: IdGenerator) -> list[Pickle]:
    """Make the pickles of a document, numbered on from its AST."""
    return LiteralCompiler(ids).compile(cast(GherkinDocumentWithURI, {**ast, "uri": path}))


def no_feature(text: str) -> ParseProblem:
    """Say what a text without a feature lacks."""
    if text.strip():
        return ParseProblem(1, 1, _NO_FEATURE, "no_feature")
    return ParseProblem(1, 1, _EMPTY, "empty")


def _compiled(pattern: str | re.Pattern[str] | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if isinstance(pattern, str) else pattern
