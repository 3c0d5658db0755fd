"""The parser's errors in plain words: what the line should be, and what to write instead."""

from collections.abc import Mapping, Sequence

from gherkin.dialect import DIALECTS
from gherkin.errors import (
    AstBuilderException,
    NoSuchLanguageException,
    ParserException,
    UnexpectedEOFException,
)

from uatapp.gherkin.keywords import all_step_words, language_of, offer, step_words
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.tokens import Matcher, cell_count

SECOND_FEATURE = (
    "This is a second “%(word)s:” line. A file describes one feature: please move what follows to a file of its own."
)
_UNKNOWN_LANGUAGE = "The language “%(language)s” is not known. Please write “# language: %(offer)s”."
_NO_LANGUAGE = "The language “%(language)s” is not known. Please use a known code, such as en or de."
_CELLS = "This row has %(count)s cells, but its table's first row has %(first)s. Every row needs as many."
_TAG_SPACE = "A tag is one word. Please write each tag with its own @ and without blanks: @first @second."
_OPEN_TEXT = "The text block that begins with %(mark)s in line %(begun)s is never closed."
_ENDS_IN_TAGS = "The file ends after tags. Please put the scenario under them, or remove them."
_ENDS = "The file ends too early."
_OTHER_LANGUAGE = "This is another language. Please write “# language: %(offer)s” in the first line."
_BEGIN = "The file should begin with “%(word)s:” and a name, but this line says: “%(said)s”."
_COLON = "Please write “%(word)s:”, spelt so and with the colon. This line says: “%(said)s”."
_SPELT = "Please write “%(word)s”, spelt so and with a blank after it. This line says: “%(said)s”."
_BACKGROUND = "A Background stands once, before the first scenario: “%(said)s”."
_EXAMPLES = "Examples stand under a scenario, after its steps: “%(said)s”."
_AFTER_EXAMPLES = "No step can follow Examples. Please move it above them, or begin a scenario: “%(said)s”."
_UNDER_TAGS = "Under tags must come what they belong to, such as “%(word)s:”, but this line says: “%(said)s”."
_TABLE = "A table stands right under a step or under Examples, and a step has one table only: “%(said)s”."
_TEXT_BLOCK = "A text block stands right under a step, and a step has one text block only: “%(said)s”."
_STEP = "This line should start with %(words)s or %(last)s: “%(said)s”."
_NOT_HERE = "This line cannot stand here: “%(said)s”."

_Reason = tuple[str, str, Mapping[str, object]]


def explain(error: ParserException, text: str, matcher: Matcher) -> ParseProblem:
    """Say the parser's first error so that a business analyst knows what to mend."""
    lines = text.split("\n")
    line, column = error.location["line"], error.location.get("column", 1) or 1
    code, message, values = _reason(error, lines, line, matcher)
    return ParseProblem(line, column, message, code, **values)


def _reason(error: ParserException, lines: Sequence[str], line: int, matcher: Matcher) -> _Reason:
    said = lines[line - 1].strip() if line <= len(lines) else ""
    if isinstance(error, NoSuchLanguageException):
        return _language(str(error).rpartition(": ")[2])
    if isinstance(error, AstBuilderException):
        return "cell_count", _CELLS, _cells(lines, line)
    if isinstance(error, UnexpectedEOFException):
        return _end(str(error), matcher)
    if "whitespace" in str(error) and said.startswith("@"):
        return "tag_space", _TAG_SPACE, {}
    expected = str(error).partition("expected: ")[2].partition(", got '")[0].split(", ")
    return _unexpected(said, expected, matcher.dialect_name)


def _language(name: str) -> _Reason:
    if meant := offer(name):
        return "unknown_language", _UNKNOWN_LANGUAGE, {"language": name, "offer": meant}
    return "unknown_language", _NO_LANGUAGE, {"language": name}


def _cells(lines: Sequence[str], line: int) -> Mapping[str, object]:
    """Count the cells of the row and of its table's first row, which stands above it."""
    first = at = line - 1
    while at > 0 and lines[at - 1].strip()[:1] in ("|", "#", ""):
        at -= 1
        first = at if lines[at].strip().startswith("|") else first
    return {"count": cell_count(lines[line - 1]), "first": cell_count(lines[first])}


def _end(said: str, matcher: Matcher) -> _Reason:
    if "#DocStringSeparator, #Other" in said:
        mark = matcher.open_mark or '"""'
        return "open_text", _OPEN_TEXT, {"mark": mark, "begun": matcher.opened_at}
    return "ends_early", _ENDS_IN_TAGS if "#TagLine" in said else _ENDS, {}


def _unexpected(said: str, expected: Sequence[str], language: str) -> _Reason:
    values: dict[str, object] = {"said": said if len(said) <= 80 else f"{said[:79]}…"}
    spec = DIALECTS[language]
    if "#FeatureLine" in expected:
        return _before_feature(said, values, language)
    if any(said.startswith(f"{word}:") for word in spec["feature"]):
        return "second_feature", SECOND_FEATURE, {"word": said.partition(":")[0]}
    if word := _meant_heading(said, language):
        return "spelling", _COLON, values | {"word": word}
    return _misplaced(said, expected, values, language) or _no_step(said, expected, values, language)


def _before_feature(said: str, values: dict[str, object], language: str) -> _Reason:
    other = language_of(said)
    if other and other != language:
        return "other_language", _OTHER_LANGUAGE, {"offer": other}
    if said.casefold().startswith(tuple(word.casefold() for word in DIALECTS[language]["feature"])):
        return "spelling", _COLON, values | {"word": DIALECTS[language]["feature"][0]}
    return "no_feature", _BEGIN, values | {"word": DIALECTS[language]["feature"][0]}


def _meant_heading(said: str, language: str) -> str | None:
    """The heading that a line was probably meant to be, such as `scenario : x` or `Scenario x`."""
    spec = DIALECTS[language]
    headings = (*spec["scenarioOutline"], *spec["scenario"], *spec["background"], *spec["examples"])
    for word in headings:
        rest = said[len(word) :]
        like = said.casefold().startswith(word.casefold()) and not said.startswith(f"{word}:")
        near = not rest or rest.lstrip().startswith(":") or said.startswith(f"{word} ")
        if like and near:
            return word
    return None


def _misplaced(said: str, expected: Sequence[str], values: dict[str, object], language: str) -> _Reason | None:
    """Name a line that is right in itself and stands in the wrong place."""
    spec = DIALECTS[language]
    if said.startswith("|"):
        return "table_place", _TABLE, values
    if said.startswith(('"""', "```")):
        return "text_place", _TEXT_BLOCK, values
    if any(said.startswith(f"{word}:") for word in spec["background"]):
        return "background_place", _BACKGROUND, values
    if any(said.startswith(f"{word}:") for word in spec["examples"]):
        return "examples_place", _EXAMPLES, values
    if "#StepLine" not in expected and "#ExamplesLine" in expected and said.startswith(all_step_words(language)):
        return "after_examples", _AFTER_EXAMPLES, values
    return None


def _no_step(said: str, expected: Sequence[str], values: dict[str, object], language: str) -> _Reason:
    """Name a line that should be a step, or something under tags."""
    for word in all_step_words(language):
        if said.casefold().startswith(word.strip().casefold()) and not said.startswith(word):
            return "spelling", _SPELT, values | {"word": word.strip()}
    *words, last = step_words(language)
    if "#StepLine" in expected or "#ExamplesLine" in expected:
        return "not_a_step", _STEP, values | {"words": ", ".join(words), "last": last}
    if "#TagLine" in expected and "#EOF" not in expected:
        return "under_tags", _UNDER_TAGS, values | {"word": DIALECTS[language]["scenario"][-1]}
    return "not_here", _NOT_HERE, values
