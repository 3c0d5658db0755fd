"""Every event of the program has a sentence that can be told from what its entry holds."""

import string
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from uatapp.audit import story
from uatapp.audit.queries import Told
from uatapp.kernel.events import Event


def kinds() -> list[type[Event]]:
    return sorted(story._kinds(Event), key=lambda kind: kind.action)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.action)
def test_a_sentence_names_facts_that_the_event_has(kind: type[Event]) -> None:
    known = {f.name for f in fields(kind) if "internal" not in f.metadata}
    named = {name for _text, name, _spec, _conversion in string.Formatter().parse(kind.sentence) if name}
    assert named <= known - {"project_id"}


def test_no_two_events_share_an_action() -> None:
    actions = [kind.action for kind in kinds()]
    assert len(actions) == len(set(actions)) > 30


def told(action: str, facts: dict[str, object], **texts: str) -> Told:
    body = {"action": action, "subject": "PAY-D7", "actor": {"id": "u", "name": "Ann"}, "facts": facts}
    return Told(3, datetime(2026, 11, 20, tzinfo=UTC), "ab" * 32, body, texts)


def test_a_line_is_a_sentence_of_facts_and_words() -> None:
    line = story.line(
        told("x", {"to": "in_progress", "who": ["a", "b"]}, why="{by} <b>"), {"x": "{by}: {subject} {to} {who}, {why}"}
    )
    assert line.sentence == "Ann: PAY-D7 in progress a, b, {by} <b>"


def test_words_that_a_sentence_leaves_out_are_quoted() -> None:
    assert story.line(told("x", {}, why="because"), {"x": "{by} did it"}).quotes == ("because",)


def test_an_action_of_an_older_version_is_told_all_the_same() -> None:
    assert story.line(told("thing.was_done", {}), {}).sentence == "Ann: thing was done"
