"""A plan leaves nothing out and takes nothing twice, whatever comes in."""

from collections import Counter

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.match import known
from uatapp.gherkin.parse import parse
from uatapp.requirements.planning import Stored, plan
from uatapp.requirements.plans import Plan, StoredDocument, StoredScenario

pytestmark = pytest.mark.pure
APP = Flask("planning")
Babel(APP)
SCENARIO = st.tuples(
    st.sampled_from(["An order is saved", "An order is sent", "An invoice is printed for the customer", "X"]),
    st.sampled_from(["an order of 3 pieces of the article", "an order of 4 pieces of the article", "nothing", "a"]),
    st.sampled_from(["", "", "@id:1", "@id:2"]),
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["a.feature", "b.feature", "c.feature", "d.feature"]), st.lists(SCENARIO, max_size=4), max_size=3
)
Set = dict[str, list[tuple[str, str, str]]]


def written(scenarios: list[tuple[str, str, str]]) -> bytes:
    seen: set[str] = set()
    lines = ["Feature: F"]
    for name, step, tag in scenarios:
        tags = tag if tag and tag not in seen else ""
        seen.add(tag)
        lines += [f"  {tags}", f"  Scenario: {name}", f"    When you enter {step}", "    Then it is there"]
    return "\n".join(lines).encode()


def stored_of(documents: Set, retired: set[int], given_paths: set[str]) -> Stored:
    rows: list[StoredScenario] = []
    kept = {}
    ids: set[str] = set()
    for document_id, (path, scenarios) in enumerate(sorted(documents.items()), 1):
        for s in parse(written(scenarios), path).scenarios:
            number = len(rows) + 1
            tag = s.id_tag if s.id_tag not in ids else None
            ids.add(s.id_tag or "")
            active = number not in retired
            rows.append(StoredScenario(number, number, document_id, s.name, tag, s.identity_hash, active, False))
            kept[number] = known(number, path, s)
    listed = [StoredDocument(n, path, False) for n, path in enumerate(sorted(documents), 1)]
    return Stored(listed, rows, lambda wanted: [kept[number] for number in sorted(wanted)])


@given(DOCUMENTS, DOCUMENTS, st.sets(st.integers(1, 12)), st.booleans())
def test_every_scenario_has_one_place(before: Set, after: Set, retired: set[int], whole: bool) -> None:
    stored = stored_of(before, retired, set(after))
    incoming = {path: parse(written(scenarios), path) for path, scenarios in after.items()}
    with APP.app_context():
        made = plan(stored, incoming, whole=whole)
    check(made, stored, {path: len(doc.scenarios) for path, doc in incoming.items()})


def check(made: Plan, stored: Stored, sizes: dict[str, int]) -> None:
    taken = Counter(item.requirement_id for item in made.recognised) + Counter(made.removed)
    assert not taken or max(taken.values()) == 1
    places = Counter((r.path, r.scenario.position) for r in made.recognised)
    places += Counter((path, s.position) for path, s in made.created)
    faulty = {fault.path for fault in made.faults}
    for path, size in sizes.items():
        here = {place: count for place, count in places.items() if place[0] == path}
        expected = 0 if path in made.waiting or path in faulty else size
        assert len(here) == expected
        assert all(count == 1 for count in here.values())
    paths = {d.id: d.path for d in stored.documents}
    by_id = {s.id: s for s in stored.scenarios}
    for requirement_id in made.removed:
        old = by_id[requirement_id]
        assert old.active
        assert paths[old.document_id] in sizes or old.document_id in made.renamed_documents
    assert all(q.path in made.waiting for q in made.questions)


@given(DOCUMENTS)
def test_the_same_again_is_all_unchanged(documents: Set) -> None:
    incoming = {path: parse(written(scenarios), path) for path, scenarios in documents.items()}
    with APP.app_context():
        first = plan(Stored([], [], lambda wanted: []), incoming, whole=True)
    kept = {path: scenarios for path, scenarios in documents.items() if path not in {f.path for f in first.faults}}
    again = {path: incoming[path] for path in kept}
    with APP.app_context():
        made = plan(stored_of(kept, set(), set(kept)), again, whole=True)
    assert made.counts()["unchanged"] == sum(len(document.scenarios) for document in again.values())
    assert (made.created, made.removed, made.questions) == ([], [], [])


@given(DOCUMENTS, st.booleans())
def test_one_document_never_removes_from_another(documents: Set, whole: bool) -> None:
    text = written([("Something else entirely", "what nobody has entered before", "")])
    with APP.app_context():
        made = plan(stored_of(documents, set(), set()), {"new.feature": parse(text, "new.feature")}, whole=whole)
    assert (made.removed, len(made.created), made.questions) == ([], 1, [])
