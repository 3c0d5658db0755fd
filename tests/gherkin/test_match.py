"""Which scenario is which: every stage by example, and what holds for any set of scenarios."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.match import Known, Matching, known, match
from uatapp.gherkin.parse import parse

BODY = "a customer with an open order\nthe clerk closes the order\nthe order is closed\nan invoice is written"


def one(key: str, name: str, **changes: object) -> Known:
    body = str(changes.get("body", f"{name} {BODY}"))
    plain = Known(key, "a.feature", "", name, int(key[1:]), None, f"i{body}", f"e{body}", body)
    return replace(plain, **changes)  # type: ignore[arg-type]


def keys(result: Matching) -> dict[str, object]:
    pairs = {
        kind: [f"{old.key}-{new.key}" for old, new in getattr(result, kind)]
        for kind in ("unchanged", "edited", "renamed", "moved")
    }
    single = {kind: [item.key for item in getattr(result, kind)] for kind in ("removed", "created")}
    asks = {"ask": [f"{ask.stored}-{ask.incoming}" for ask in result.ask]}
    return {kind: found for kind, found in (pairs | single | asks).items() if found}


def test_stage_1_an_id_outlives_everything() -> None:
    old = one("s1", "pay", id_tag="@id:1")
    same = one("n1", "pay", id_tag="@id:1")
    other = one("n1", "refund", id_tag="@id:1", path="z.feature", body="something else altogether")
    assert keys(match([old], [same])) == {"unchanged": ["s1-n1"]}
    assert keys(match([old], [other])) == {"renamed": ["s1-n1"]}
    assert keys(match([old], [replace(same, path="z.feature")])) == {"moved": ["s1-n1"]}
    assert keys(match([old], [replace(same, effective_hash="x")])) == {"edited": ["s1-n1"]}


def test_stage_1_the_same_id_twice_is_a_problem() -> None:
    old = [one("s1", "pay", id_tag="@id:1")]
    new = [one("n1", "pay", id_tag="@id:1"), one("n2", "pay again", id_tag="@id:1", path="b.feature")]
    result = match(old, new)
    assert [(p.id_tag, p.side, p.keys) for p in result.problems] == [("@id:1", "incoming", ("n1", "n2"))]
    assert keys(result)["unchanged"] == ["s1-n1"]


def test_stage_2_the_same_again() -> None:
    stored = [one("s1", "a", rule="r"), one("s2", "a", rule="q"), one("s3", "b")]
    incoming = [one("n1", "a", rule="q"), one("n2", "b"), one("n3", "a", rule="r")]
    assert keys(match(stored, incoming)) == {"unchanged": ["s2-n1", "s3-n2", "s1-n3"]}


def test_stage_2_a_background_was_edited_above_it() -> None:
    new = one("n1", "a", effective_hash="other")
    assert keys(match([one("s1", "a")], [new])) == {"edited": ["s1-n1"]}


def test_stage_2_and_3_in_a_renamed_file() -> None:
    stored = [one(f"s{n}", f"name {n}") for n in range(4)]
    incoming = [one(f"n{n}", f"name {n}", path="b.feature") for n in range(4)]
    incoming[3] = one("n3", "name 3", path="b.feature", body="quite another body")
    incoming.append(replace(incoming[0], key="n9", path="c.feature"))
    assert keys(match(stored, incoming)) == {
        "moved": ["s0-n0", "s1-n1", "s2-n2", "s3-n3"],
        "created": ["n9"],
    }


def test_stage_3_steps_edited() -> None:
    new = one("n1", "a", body="nothing like before")
    assert keys(match([one("s1", "a")], [new])) == {"edited": ["s1-n1"]}


def test_stage_3_repeated_names_same_hash_first_then_nearest() -> None:
    stored = [one("s1", "a", body="x"), one("s2", "a", body="y"), one("s7", "a", body="z")]
    incoming = [one("n1", "a", body="z"), one("n3", "a", body="y"), one("n6", "a", body="new")]
    result = keys(match(stored, incoming))
    assert result == {"unchanged": ["s7-n1", "s2-n3"], "edited": ["s1-n6"]}
    fewer = [one("n6", "a", body="new")]
    assert keys(match(stored, fewer)) == {"edited": ["s7-n6"], "removed": ["s1", "s2"]}


def test_stage_4_moved_to_another_file() -> None:
    stored = [one("s1", "a"), one("s2", "b"), one("s3", "c", path="b.feature")]
    incoming = [one("n1", "a"), one("n2", "b", path="b.feature"), one("n3", "c", path="b.feature")]
    assert keys(match(stored, incoming)) == {"unchanged": ["s1-n1", "s3-n3"], "moved": ["s2-n2"]}


def test_stage_5_renamed() -> None:
    new = one("n1", "something new", body=f"a {BODY}")
    assert keys(match([one("s1", "a")], [new])) == {"renamed": ["s1-n1"]}


def test_stage_5_needs_a_long_body_that_stands_once() -> None:
    short = one("n1", "qqq", body="short")
    assert "renamed" not in keys(match([one("s1", "a", body="short")], [short]))
    twice = [one("n1", "qqq", body=BODY), one("n2", "www", body=BODY)]
    assert "renamed" not in keys(match([one("s1", "a", body=BODY)], twice))


def test_stage_6_a_long_name_in_another_file_is_asked() -> None:
    stored = [one("s1", "the clerk closes an order"), one("s2", "x")]
    new = one("n1", "the clerk closes an order", path="b.feature", body="nothing like it was before")
    result = match(stored, [new, one("n2", "x")])
    assert keys(result) == {"unchanged": ["s2-n2"], "ask": ["s1-n1"]}
    assert (result.ask[0].stage, result.ask[0].reason, result.ask[0].preselected) == (6, "same_name", True)


def test_stage_7_alike_is_asked() -> None:
    old = one("s1", "close an open order")
    new = one("n1", "close one open order", body=f"close {BODY} twice")
    result = match([old], [new])
    assert keys(result) == {"ask": ["s1-n1"]}
    ask = result.ask[0]
    assert (ask.stage, ask.reason, ask.preselected) == (7, "similar", True)
    assert 0.75 <= ask.score <= 1


def test_stage_7_a_runner_up_leaves_the_choice_open() -> None:
    old = one("s1", "close an open order", body=f"0 {BODY}")
    new = [one(f"n{n}", f"close an open order {n}", body=f"{n} {BODY}") for n in (1, 2)]
    result = match([old], new)
    assert sorted(f"{ask.stored}-{ask.incoming}" for ask in result.ask) == ["s1-n1", "s1-n2"]
    assert not any(ask.preselected for ask in result.ask)
    assert keys(result).keys() == {"ask"}


def test_stage_8_gone_and_new() -> None:
    old, new = one("s1", "archive letters", body="one\ntwo"), one("n1", "pay taxes", body="three\nfour")
    assert keys(match([old], [new])) == {"removed": ["s1"], "created": ["n1"]}


def test_from_documents() -> None:
    text = "Feature: f\nBackground:\nGiven {}\nScenario: a\nWhen b\nScenario: c\nThen {}\n"
    sides = [
        [known(s.position, "f.feature", s) for s in parse(text.format(*words).encode(), "f.feature").scenarios]
        for words in (("x", "d"), ("y", "d"), ("x", "e"))
    ]
    assert keys(match(sides[0], sides[0])) == {"unchanged": ["0-0", "1-1"]}
    assert keys(match(sides[0], sides[1])) == {"edited": ["0-0", "1-1"]}
    assert keys(match(sides[0], sides[2])) == {"unchanged": ["0-0"], "edited": ["1-1"]}


WORDS = st.sampled_from(["pay", "order", "close", "the long way to an invoice", "close the order again"])
SCENARIOS = st.lists(
    st.tuples(WORDS, st.sampled_from(["a", "b"]), st.sampled_from(["", BODY, f"{BODY} more", "x\ny"])),
    max_size=12,
)


def side(letter: str, drawn: list[tuple[str, str, str]]) -> list[Known]:
    return [one(f"{letter}{n}", name, path=path, body=body) for n, (name, path, body) in enumerate(drawn)]


@given(SCENARIOS)
def test_any_set_matches_itself_unchanged(drawn: list[tuple[str, str, str]]) -> None:
    result = match(side("s", drawn), side("n", drawn))
    assert sorted(old.position for old, _ in result.unchanged) == list(range(len(drawn)))
    assert all(old.position == new.position for old, new in result.unchanged)


@given(SCENARIOS, SCENARIOS)
def test_every_scenario_comes_out_once(before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]) -> None:
    stored, incoming = side("s", before), side("n", after)
    result = match(stored, incoming)
    pairs = [*result.unchanged, *result.edited, *result.renamed, *result.moved]
    here = [old.key for old, _ in pairs] + [item.key for item in result.removed]
    there = [new.key for _, new in pairs] + [item.key for item in result.created]
    assert sorted([*here, *{ask.stored for ask in result.ask}], key=str) == sorted(s.key for s in stored)  # type: ignore[type-var]
    assert sorted([*there, *{ask.incoming for ask in result.ask}], key=str) == sorted(n.key for n in incoming)  # type: ignore[type-var]
    assert result == match(stored, incoming)


def test_five_thousand_against_five_thousand_come_to_an_end() -> None:
    """Comparing each with each in full would take hours."""

    def many(letter: str, word: str) -> list[Known]:
        return [
            one(f"{letter}{n}", f"{word} {n} of {n % 70}", body=f"{BODY}\n{word} {n}\n{n % 90}", path=word)
            for n in range(5_000)
        ]

    stored = many("s", "old")
    found = match(stored, many("n", "new"))
    assert not found.unchanged
    assert len(match(stored, stored).unchanged) == 5_000
