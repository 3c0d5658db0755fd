"""Reading documents: the parser's known defects, places of errors in plain words, ids, kinds of steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.decode import decode
from uatapp.gherkin.keywords import offer
from uatapp.gherkin.model import Document, ParseProblem, StepKind
from uatapp.gherkin.parse import parse

GIVEN, WHEN, THEN = StepKind


def read(text: str, **options: str) -> Document:
    return parse(text.encode(), "a.feature", **options)


def problem(data: str | bytes, **options: str) -> ParseProblem:
    with pytest.raises(ParseProblem) as caught:
        parse(data if isinstance(data, bytes) else data.encode(), "a.feature", **options)
    return caught.value


def outline(header: str, cell: str, text: str) -> str:
    head = f"Feature: f\n  Scenario Outline: o\n    Given {text}\n"
    return f"{head}    Examples:\n      | {header} |\n      | {cell} |\n"


def place(found: ParseProblem) -> tuple[int, int, str]:
    return found.line, found.column, found.code


def test_a_document_has_what_the_file_says() -> None:
    document = read(
        "# language: de\n@alle\nFunktionalität: Auftrag\n  Worum es geht.\n"
        "  Grundlage:\n    Angenommen ein Kunde\n"
        "  Regel: Grenzen\n    Grundlage:\n      Und ein Konto\n"
        "    @einzeln\n    Szenario: Anlegen\n      Wenn er bestellt\n      Dann gibt es einen Auftrag\n"
    )
    scenario = document.scenarios[0]
    assert (document.language, document.name, document.tags) == ("de", "Auftrag", ("@alle",))
    assert document.description.strip() == "Worum es geht."
    assert (scenario.rule, scenario.name, scenario.line) == ("Grenzen", "Anlegen", 11)
    assert scenario.tags == ("@alle", "@einzeln")
    assert [step.text for step in scenario.background] == ["ein Kunde", "ein Konto"]
    assert [step.kind for step in scenario.cases[0].steps] == [GIVEN, GIVEN, WHEN, THEN]
    assert scenario.effective_text == (
        "Regel: Grenzen\nGrundlage:\n  Angenommen ein Kunde\nGrundlage:\n  Und ein Konto\n"
        "Szenario:\n  Wenn er bestellt\n  Dann gibt es einen Auftrag"
    )


@pytest.mark.parametrize("header", ["price (EUR)", "(x", "(x+x+)+y", "[a-", "a\\|b", "\\\\d", "*"])
def test_examples_headers_are_taken_literally(header: str) -> None:
    shown = header.replace("\\|", "|").replace("\\\\", "\\")
    case = read(outline(header, "5 \\\\1 \\\\g<0>", f"it costs <{shown}> now")).scenarios[0].cases[0]
    assert case.steps[0].text == "it costs 5 \\1 \\g<0> now"
    assert case.values == ((shown, "5 \\1 \\g<0>"),)


def test_a_hostile_header_is_read_as_words() -> None:
    """As a pattern it would take for ever."""
    text = outline("(x+x+)+y", "1", "<(x+x+)+y> <" + "x" * 40_000)
    assert read(text).scenarios[0].cases[0].steps[0].text.startswith("1 <x")


def test_a_cell_that_holds_a_placeholder_is_not_filled_in_again() -> None:
    cells = " | ".join(f"<c{n + 1}><c{n + 1}>" for n in range(60))
    names = " | ".join(f"c{n}" for n in range(60))
    assert read(outline(names, cells, "<c0>")).scenarios[0].cases[0].steps[0].text == "<c1><c1>"


def test_placeholders_that_grow_beyond_measure_are_refused() -> None:
    found = problem(outline("a", "v" * 100_000, "<a>" * 100_000))
    assert place(found)[::2] == (6, "too_large")


def test_values_are_filled_in_everywhere() -> None:
    document = read(
        "Feature: f\n  Scenario Outline: for <who>\n    Given a letter to <who>\n      | to | <who> |\n"
        '    When sent\n      """text/<who>\n      Dear <who>\n      """\n'
        "    Examples: people\n      | who |\n      | Ann |\n      | Bob |\n"
        "    @late\n    Examples:\n      | who |\n      | Eve |\n"
    )
    cases = document.scenarios[0].cases
    assert [(c.title, c.block, c.row, c.block_name, c.tags) for c in cases] == [
        ("for Ann", 0, 0, "people", ()),
        ("for Bob", 0, 1, "people", ()),
        ("for Eve", 1, 0, "", ("@late",)),
    ]
    assert cases[1].steps[0].table == (("to", "Bob"),)
    assert (cases[2].steps[1].doc_string, cases[2].steps[1].media_type) == ("Dear Eve", "text/Eve")
    assert len({case.key for case in cases}) == len({case.content_hash for case in cases}) == 3


def test_a_step_may_have_a_table_and_a_text_block() -> None:
    step = read('Feature: f\nScenario: s\nGiven x\n|a|b|\n"""\nlong\n"""\n').scenarios[0].steps[0]
    assert (step.table, step.doc_string) == ((("a", "b"),), "long")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("And", "But", "Then", "*"), (WHEN, WHEN, THEN, THEN)),
        (("*", "Given", "*", "And"), (WHEN, GIVEN, GIVEN, GIVEN)),
        (("Given", "And", "When", "But"), (GIVEN, GIVEN, WHEN, WHEN)),
    ],
)
@pytest.mark.parametrize("examples", ["", "Examples:\n|a|\n|1|\n"])
def test_every_step_has_a_kind(words: tuple[str, ...], kinds: tuple[StepKind, ...], examples: str) -> None:
    steps = "".join(f"{word} x\n" for word in words)
    case = read(f"Feature: f\nScenario Outline: s\n{steps}{examples}").scenarios[0].cases[0]
    assert tuple(step.kind for step in case.steps) == kinds


def test_the_first_and_goes_on_from_the_background() -> None:
    document = read("Feature: f\nBackground:\nGiven a\nScenario: s\nAnd b\nWhen c\n")
    assert [step.kind for step in document.scenarios[0].cases[0].steps] == [GIVEN, GIVEN, WHEN]


def test_an_outline_without_rows_has_no_cases() -> None:
    scenario = read("Feature: f\nScenario Outline: s\nGiven <a>\nExamples:\n|a|\n").scenarios[0]
    assert scenario.outline
    assert scenario.cases == ()


def test_a_byte_order_mark_is_no_error() -> None:
    assert parse(b"\xef\xbb\xbfFeature: f\r\n", "a.feature").name == "f"


def test_columns_count_code_points() -> None:
    found = problem("Feature: f\nScenario: s\nGiven x\n|a|\n @\U0001f600 @b c\n")
    assert place(found) == (5, 5, "tag_space")


def test_old_line_ends_are_lines() -> None:
    assert len(read("Feature: f\rScenario: a\rGiven x\rScenario: b\rGiven y\r").scenarios) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Feature: a\n  Feature: b\n", 2),
        ("Feature: a\nScenario: s\n\n# Feature: no\nFeature: b\n", 5),
        ("Feature: a\nScenario: s\nGiven x\nFeature: b\n", 4),
        ("Ability: a\nAbility: b\n", 2),
        ("# language: de\nFunktion: a\nRegel: r\nFunktionalität: b\n", 4),
    ],
)
def test_a_second_feature_line_is_an_error(text: str, line: int) -> None:
    found = problem(text)
    assert (found.line, found.code) == (line, "second_feature")
    assert "file of its own" in found.message


def test_prose_that_looks_like_another_feature_keyword_is_prose() -> None:
    assert read("Feature: a\n  Business Need: less paper\n").description.strip() == "Business Need: less paper"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("de-DE", "de"), ("DE", "de"), ("en_US", "en"), ("nb-NO", "no"), ("german", "de"), ("Deutsch", "de"),
        ("cy", "cy-GB"), ("zh", "zh-CN"), ("germna", "de"), ("qqq", None),
    ],
)  # fmt: skip
def test_an_unknown_language_is_offered_the_one_that_was_meant(said: str, meant: str | None) -> None:
    assert offer(said) == meant
    found = problem(f"\n# language: {said}\nFeature: f\n")
    assert place(found) == (2, 1, "unknown_language")
    assert f"“{said}”" in found.message
    if meant:
        assert f"# language: {meant}”" in found.message


STEP = b"Feature: f\nScenario: s\nGiven x\n"


@pytest.mark.parametrize(
    ("data", "line", "column", "code", "words"),
    [
        (b"", 1, 1, "empty", "empty"),
        (b"\n  \n", 1, 1, "empty", "empty"),
        (b"# only a comment\n", 1, 1, "no_feature", "no feature"),
        (b"hello\n", 1, 1, "no_feature", "should begin with “Feature:”"),
        (b"feature: f\n", 1, 1, "spelling", "“Feature:”"),
        ("Funktionalität: f\n".encode(), 1, 1, "other_language", "# language: de"),
        (STEP + b"  the user logs in\n", 4, 3, "not_a_step",
         "should start with Given, When, Then, And or But: “the user logs in”"),
        (b"#language: de\nFunktion: f\nSzenario: s\nWenn x\nnein\n", 5, 1, "not_a_step", "Dann, Und or Aber"),
        (STEP + b"  when y\n", 4, 3, "spelling", "“When”"),
        (STEP + b"Scenario t\n", 4, 1, "spelling", "“Scenario:”"),
        (STEP + b"scenario outline : t\n", 4, 1, "spelling", "“Scenario Outline:”"),
        (STEP + b"Background:\n", 4, 1, "background_place", "before the first scenario"),
        (b"Feature: f\nBackground:\nGiven x\nExamples:\n|a|\n", 4, 1, "examples_place", "under a scenario"),
        (STEP + b"Examples:\n|a|\nThen y\n", 6, 1, "after_examples", "above them"),
        (STEP + b"|a|b|\n|1|\n", 5, 1, "cell_count", "1 cells, but its table's first row has 2"),
        (STEP + b"|a|\n\"\"\"\n\"\"\"\n|b|\n", 7, 1, "table_place", "one table only"),
        (STEP + b"\"\"\"\n\"\"\"\n\"\"\"\n", 6, 1, "text_place", "one text block only"),
        (STEP + b"```\nabc\n", 6, 1, "open_text", "``` in line 4"),
        (STEP + b"@a\n", 5, 1, "ends_early", "ends after tags"),
        (b"Feature: f\n@a\nBackground:\n", 3, 1, "background_place", "before the first"),
        (b"Feature: f\n@a\nGiven x\n", 3, 1, "under_tags", "“Scenario:”"),
        (b"Feature: f\n  @a b\nScenario: s\n", 2, 3, "tag_space", "one word"),
        ("Feature: ä\n  né\xe9".encode("latin-1"), 1, 10, "encoding", "0xE4"),
        (b"\xef\xbb\xbfFeature: f\n \xc3\xa4\xff", 2, 3, "encoding", "0xFF"),
        ("Feature: f".encode("utf-16"), 1, 1, "encoding", "UTF-16"),
        ("Feature: f".encode("utf-32"), 1, 1, "encoding", "UTF-32"),
        (b"Feature: f\n a\0", 2, 3, "not_text", "code 0"),
    ],
)  # fmt: skip
def test_errors_have_a_place_and_plain_words(data: bytes, line: int, column: int, code: str, words: str) -> None:
    found = problem(data)
    assert place(found) == (line, column, code)
    assert words in found.message
    assert "#" not in found.message.replace("# language", "")
    assert found.message == (found.template % found.values if found.values else found.template)


def test_a_percent_sign_in_a_line_is_shown_as_it_is() -> None:
    assert "“100 %s %”" in problem("Feature: f\nScenario: s\nGiven x\n100 %s %\n").message


IDS = "Feature: f\n{0}\nScenario: a\nGiven x\n{1}\nScenario: b\nGiven y\n"


def test_explicit_ids() -> None:
    document = read(IDS.format("@x @id:1", "@S-103.1"), id_pattern=r"@S-\d+\.\d+")
    assert [scenario.id_tag for scenario in document.scenarios] == ["@id:1", "@S-103.1"]
    assert [s.id_tag for s in read(IDS.format("@x", "@S-103.1")).scenarios] == [None, None]


@pytest.mark.parametrize("pattern", [None, r"@S-\d+"])
def test_the_same_id_twice_is_an_error(pattern: str | None) -> None:
    tag = "@S-1" if pattern else "@id:1"
    options = {"id_pattern": pattern} if pattern else {}
    found = problem(IDS.format(tag, f"@y {tag}"), **options)
    assert place(found) == (5, 4, "same_id")
    assert f"{tag} is used in line 3" in found.message


@given(st.text())
def test_decoding_loses_nothing(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    if data.startswith((b"\xef\xbb\xbf", b"\xff", b"\xfe")) or b"\0" in data:
        return
    assert decode(data).encode() == data
    assert decode(b"\xef\xbb\xbf" + data).encode() == data


@given(st.binary())
def test_any_bytes_give_a_document_or_a_problem_with_a_place(data: bytes) -> None:
    try:
        parse(data, "a.feature")
    except ParseProblem as found:
        assert found.line >= 1
        assert found.column >= 1
        assert found.message


LINES = st.sampled_from(
    [
        "Feature: f", "Rule: r", "Background:", "Scenario: s", "Scenario Outline: o", "Examples: e",
        "Given <a>",
        "And x", "* y", "Then z", "| a | b |", "| 1 | 2 |", '"""', "```", "@id:1", "@b", "# c",
        "# language: de",
        "Funktion: g", "text", "", "Feature: again", "|", "| \\", "\t",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=25))
def test_any_lines_give_a_document_or_a_problem(lines: list[str]) -> None:
    try:
        document = read("\n".join(["Feature: f", *lines]))
    except ParseProblem as found:
        assert 1 <= found.line <= len(lines) + 2
        return
    for scenario in document.scenarios:
        assert all(step.kind in StepKind for case in scenario.cases for step in case.steps)
