"""What an import would do: which stored requirement each incoming scenario is, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from uatapp.gherkin.canonical import flat
from uatapp.gherkin.match import Known, Matching, SameId, known, match
from uatapp.gherkin.model import Document, Scenario
from uatapp.requirements.archives import Fault
from uatapp.requirements.plans import Plan, Question, Recognised, StoredDocument, StoredScenario

N_ = str


@dataclass(slots=True)
class Stored:
    """What the database has: all documents, their scenarios, and a way to read some as matching needs them."""

    documents: Sequence[StoredDocument]
    scenarios: Sequence[StoredScenario]
    known: Callable[[Collection[int]], list[Known]]


def plan(
    stored: Stored, incoming: Mapping[str, Document], *, whole: bool, answers: Mapping[str, bool] | None = None
) -> Plan:
    """Match an incoming document set with the stored one. `answers` settle questions: the same one, or not."""
    faults: list[Fault] = []
    documents = dict(incoming)
    while True:
        matching, choice = _matched(stored, documents, whole)
        doubled = [*_doubled(matching.problems, documents, stored), *_taken_ids(stored, documents)]
        if not doubled:
            break
        faults += doubled
        documents = {path: doc for path, doc in documents.items() if path not in {f.path for f in doubled}}
    made = _sorted(stored, documents, matching, choice, answers or {})
    made.faults = faults
    return made


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which stored scenarios take part: `replaced` ones vanish if nobody claims them, others are left alone."""

    replaced: frozenset[int]
    candidates: frozenset[int]
    renamed: Mapping[int, str]


def _matched(stored: Stored, documents: Mapping[str, Document], whole: bool) -> tuple[Matching, _Choice]:
    choice = _choose(stored, documents, whole)
    here = stored.known(choice.replaced | choice.candidates)
    new = [(path, s) for path, doc in sorted(documents.items()) for s in doc.scenarios]
    there = [known((path, s.position), path, s, body=bool(here)) for path, s in new]
    return match(here, there), choice


def _choose(stored: Stored, documents: Mapping[str, Document], whole: bool) -> _Choice:
    by_document: dict[int, list[StoredScenario]] = defaultdict(list)
    for item in stored.scenarios:
        by_document[item.document_id].append(item)
    given = [d for d in stored.documents if d.path in documents]
    absent = [d for d in stored.documents if d.path not in documents and not d.present]
    sought = _Sought.of(documents)
    renamed = _renamed(absent, by_document, documents, {d.path for d in stored.documents if by_document.get(d.id)})
    replaced = {s.id for d in given for s in by_document[d.id] if s.active}
    replaced |= {s.id for document_id in renamed for s in by_document[document_id] if s.active}
    others: list[StoredScenario] = []
    for document in absent:
        if document.id not in renamed:
            found = by_document[document.id]
            others += [s for s in found if s.active and (s.id_tag in sought.ids or (whole and sought.has(s)))]
    return _Choice(frozenset(replaced), frozenset(s.id for s in others) - frozenset(replaced), renamed)


@dataclass(frozen=True, slots=True)
class _Sought:
    """By what an incoming scenario would be recognised in another file."""

    ids: frozenset[str]
    hashes: frozenset[str]

    @classmethod
    def of(cls, documents: Mapping[str, Document]) -> "_Sought":
        scenarios = [s for document in documents.values() for s in document.scenarios]
        return cls(frozenset(s.id_tag for s in scenarios if s.id_tag), frozenset(s.identity_hash for s in scenarios))

    def has(self, item: StoredScenario) -> bool:
        return item.id_tag in self.ids or item.identity_hash in self.hashes


def _renamed(
    absent: Sequence[StoredDocument],
    by_document: Mapping[int, Sequence[StoredScenario]],
    documents: Mapping[str, Document],
    used: Collection[str],
) -> dict[int, str]:
    """Say which stored file has become which new one: half of its scenarios, or more, are in it."""
    places: dict[Any, set[str]] = defaultdict(set)
    for path, document in documents.items():
        for new in document.scenarios if absent and path not in used else ():
            places[flat(new.name), new.identity_hash].add(path)
            if new.id_tag:
                places[new.id_tag].add(path)
    votes: list[tuple[int, int, str]] = []
    for old in absent:
        live = [s for s in by_document.get(old.id, ()) if s.active]
        counted: Counter[str] = Counter()
        for s in live:
            counted.update(places.get((flat(s.name), s.identity_hash), set()) | places.get(s.id_tag, set()))
        votes += [(-count, old.id, path) for path, count in counted.items() if 2 * count >= len(live)]
    found: dict[int, str] = {}
    for _count, old_id, path in sorted(votes):
        if old_id not in found and path not in found.values():
            found[old_id] = path
    return found


_SAME_ID = N_("The id %(tag)s is used in %(path)s already. An id is for one scenario: please change it.")


def _doubled(problems: Iterable[SameId], documents: Mapping[str, Document], stored: Stored) -> list[Fault]:
    """Refuse documents that repeat another one's id; the one that had it before, or else the first, keeps it."""
    paths = {d.id: d.path for d in stored.documents}
    owners = {s.id_tag: paths[s.document_id] for s in stored.scenarios if s.id_tag and s.active}
    faults: dict[str, Fault] = {}
    for problem in problems:
        if problem.side == "incoming":
            places = sorted(_place(key) for key in problem.keys)
            owner = owners.get(problem.id_tag)
            first = owner if owner in {path for path, _position in places} else places[0][0]
            for path, position in places:
                if path != first:
                    line = documents[path].scenarios[position].line
                    faults.setdefault(path, Fault(path, line, 1, _(_SAME_ID, tag=problem.id_tag, path=first)))
    return list(faults.values())


def _place(key: Any) -> tuple[str, int]:
    return key[0], key[1]


def _taken_ids(stored: Stored, documents: Mapping[str, Document]) -> list[Fault]:
    """Refuse documents that use an id of a document that is there unchanged."""
    present = {d.id: d.path for d in stored.documents if d.present}
    taken = {s.id_tag: present[s.document_id] for s in stored.scenarios if s.id_tag and s.document_id in present}
    faults: dict[str, Fault] = {}
    for path, document in documents.items():
        for scenario in document.scenarios:
            if scenario.id_tag in taken:
                sentence = _(_SAME_ID, tag=scenario.id_tag, path=taken[scenario.id_tag])
                faults.setdefault(path, Fault(path, scenario.line, 1, sentence))
    return list(faults.values())


def _sorted(
    stored: Stored,
    documents: Mapping[str, Document],
    matching: Matching,
    choice: _Choice,
    answers: Mapping[str, bool],
) -> Plan:
    """Sort out what happens to each scenario, and which documents wait for an answer."""
    by_id = {s.id: s for s in stored.scenarios}
    paths = {d.id: d.path for d in stored.documents}
    recognised = list(_recognised(matching, documents))
    questions = [q for q in _questions(matching, by_id, paths, documents) if q.requirement_id in choice.replaced]
    same = {q.requirement_id: q for q in questions if answers.get(q.key)}
    recognised += [Recognised(q.requirement_id, q.kind, q.path, q.scenario) for q in same.values()]
    claimed = {q.place for q in same.values()}
    undecided = [q for q in questions if q.key not in answers]
    undecided = [q for q in undecided if q.requirement_id not in same and q.place not in claimed]
    done = {(r.path, r.scenario.position) for r in recognised} | {q.place for q in undecided}
    new = [(p, s) for p, doc in sorted(documents.items()) for s in doc.scenarios if (p, s.position) not in done]
    back, created = _returned(new, [s for s in stored.scenarios if not s.active], paths)
    gone = choice.replaced - {r.requirement_id for r in recognised} - {q.requirement_id for q in undecided}
    removed = [i for i in sorted(gone) if not by_id[i].removal_asked]
    renamed = dict(choice.renamed)
    made = Plan(recognised + back, created, removed, undecided, renamed_documents=renamed)
    return _without_waiting(made, by_id, paths, documents)


def _recognised(matching: Matching, documents: Mapping[str, Document]) -> Iterator[Recognised]:
    for kind in ("unchanged", "edited", "renamed", "moved"):
        for old, new in getattr(matching, kind):
            path, position = _place(new.key)
            yield Recognised(old.key, kind, path, documents[path].scenarios[position])


def _questions(
    matching: Matching,
    by_id: Mapping[int, StoredScenario],
    paths: Mapping[int, str],
    documents: Mapping[str, Document],
) -> Iterator[Question]:
    """What is asked of a person; what was already gone before is not asked about again."""
    for ask in matching.ask:
        old = by_id[int(str(ask.stored))]
        path, position = _place(ask.incoming)
        if not old.removal_asked:
            there = paths[old.document_id]
            scenario = documents[path].scenarios[position]
            yield Question(old.id, old.number, old.name, there, path, scenario, ask.score, ask.reason, ask.preselected)


def _returned(
    new: Sequence[tuple[str, Scenario]], retired: Sequence[StoredScenario], paths: Mapping[int, str]
) -> tuple[list[Recognised], list[tuple[str, Scenario]]]:
    """Recognise retired requirements that come back to their document just as they were, or under their id."""
    if not retired:
        return [], list(new)
    known_ids = {s.id_tag: s.id for s in retired if s.id_tag}
    as_they_were = {(paths[s.document_id], flat(s.name), s.identity_hash): s.id for s in retired}
    back: list[Recognised] = []
    created: list[tuple[str, Scenario]] = []
    for path, scenario in new:
        found = known_ids.pop(scenario.id_tag, None) if scenario.id_tag else None
        found = found or as_they_were.pop((path, flat(scenario.name), scenario.identity_hash), None)
        if found is None or any(r.requirement_id == found for r in back):
            created.append((path, scenario))
        else:
            back.append(Recognised(found, "edited", path, scenario))
    return back, created


def _without_waiting(
    made: Plan, by_id: Mapping[int, StoredScenario], paths: Mapping[int, str], documents: Mapping[str, Document]
) -> Plan:
    """Leave out the documents with questions, and those that exchange scenarios with them."""
    now = {paths[old_id]: path for old_id, path in made.renamed_documents.items()}

    def path_of(requirement_id: int) -> str:
        path = paths[by_id[requirement_id].document_id]
        return now.get(path, path)

    waiting = {path for q in made.questions for path in (q.path, path_of(q.requirement_id)) if path in documents}
    links = {(path_of(r.requirement_id), r.path) for r in made.recognised}
    before = -1
    while before != len(waiting):
        before = len(waiting)
        for one, other in links:
            if (one in waiting or other in waiting) and one in documents:
                waiting |= {one, other}
    made.recognised = [r for r in made.recognised if r.path not in waiting]
    made.created = [(path, s) for path, s in made.created if path not in waiting]
    made.removed = [i for i in made.removed if path_of(i) not in waiting]
    made.renamed_documents = {i: path for i, path in made.renamed_documents.items() if path not in waiting}
    made.waiting = waiting
    return made
