"""The story of a sign-off, told by the audit trail alone, and whether everything else tells the same."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.signoffs import queries
from uatapp.signoffs.models import Certificate, Signoff
from uatapp.signoffs.states import SIGNOFF, SignoffState

DECIDED = ("accepted", "accepted_with_conditions", "rejected")
# what ends a request; of a defect that moves, only its being reopened
ENDS = (
    "cycle.reopened",
    "run.voided",
    "defect.raised",
    "defect.linked",
    "member.signing_right_withdrawn",
    "member.removed",
)
TARGETS = {transition.target.value for transition in SIGNOFF.transitions}


@dataclass
class Story:
    """What the entries about one sign-off say, in their order."""

    requested: dict[str, Any] = field(default_factory=dict)
    signed: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    issued: list[dict[str, Any]] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.moves[-1]["facts"]["to"]) if self.moves else SignoffState.REQUESTED.value

    @property
    def ended_at(self) -> int:
        """Return the number of the entry that ended the request, or one after all."""
        return int(self.moves[0]["seq"]) if self.moves else 2**31


def entries() -> list[dict[str, Any]]:
    """Return the project's whole trail."""
    statement = sa.select(AuditEntry.body).where(AuditEntry.chain == "PAY").order_by(AuditEntry.seq)
    return [json.loads(body) for body in db.session.scalars(statement)]


def told(trail: list[dict[str, Any]], reference: str) -> Story:
    """Read the story of one sign-off; fail where an entry does not follow from those before it."""
    story = Story()
    for entry in trail:
        if entry["subject"] != reference:
            continue
        match entry["action"]:
            case "signoff.requested":
                assert not story.requested
                story.requested = entry
            case "signoff.signed":
                assert not story.moves, f"signed after it ended: {entry}"
                story.signed.append(entry)
            case "signoff.moved":
                assert entry["facts"]["from_"] == story.state, f"moved from where it was not: {entry}"
                assert entry["facts"]["to"] in TARGETS
                story.moves.append(entry)
            case "certificate.issued":
                story.issued.append(entry)
    return story


def judge(world: World, number: int) -> Story:
    """Compare a sign-off's rows, frozen scope and certificate with its story; return the story."""
    db.session.rollback()
    signoff, trail = queries.get_signoff(world.project.id, number), entries()
    reference = f"PAY-S{number}"
    story = told(trail, reference)
    assert signoff.state.value == story.state
    _signatures(signoff, story)
    _scope(signoff, story, trail)
    _nothing_overlooked(story, trail, json.loads(queries.get_snapshot(signoff.id).document))
    _certificate(signoff, story)
    return story


def _signatures(signoff: Signoff, story: Story) -> None:
    rows = queries.signatures(signoff.id)
    assert sorted(row.signer_uid for row in rows) == sorted(entry["actor"]["id"] for entry in story.signed)
    assert len({row.signer_uid for row in rows}) == len(rows), "somebody signed twice"
    assert {row.snapshot_sha256 for row in rows} <= {queries.get_snapshot(signoff.id).sha256}
    if story.state in DECIDED[:2]:
        assert len(rows) == len(queries.seats(signoff.id))


def _scope(signoff: Signoff, story: Story, trail: list[dict[str, Any]]) -> None:
    """What was frozen is what had been told until then, no more and no less."""
    snapshot = queries.get_snapshot(signoff.id)
    assert hashlib.sha256(snapshot.document).hexdigest() == snapshot.sha256 == story.requested["facts"]["snapshot"]
    frozen = json.loads(snapshot.document)
    then = [entry for entry in trail if entry["seq"] <= frozen["audit"]["seq"]]
    assert frozen["audit"]["seq"] < story.requested["seq"]
    defects: dict[str, str] = {}
    for entry in then:
        if entry["action"] == "defect.raised":
            defects[entry["subject"]] = "new"
        elif entry["action"] == "defect.moved":
            defects[entry["subject"]] = entry["facts"]["to"]
    assert {row["reference"]: row["state"] for row in frozen["defects"]}.items() <= defects.items()
    assert len(frozen["runs"]) <= sum(entry["action"] == "run.submitted" for entry in then)
    counted = [test["outcome"] for row in frozen["requirements"] for test in row["tests"]]
    assert frozen["figures"]["passed"] == counted.count("passed")
    assert frozen["figures"]["total"] == len(counted)
    _criteria(frozen)


def _criteria(frozen: dict[str, Any]) -> None:
    """The light about open problems and the list of problems are of one moment."""
    light = next((row for row in frozen["criteria"] if row["code"] == "no_serious_defect"), None)
    if light is not None:
        closed = ("closed", "ended", "deferred", "withdrawn")
        serious = [row for row in frozen["defects"] if row["severity"] in ("critical", "major")]
        assert light["met"] == all(row["state"] in closed for row in serious)


def _nothing_overlooked(story: Story, trail: list[dict[str, Any]], frozen: dict[str, Any]) -> None:
    """Between what was frozen and the decision, nothing happened that ends a request."""
    until = story.ended_at if story.state != "lapsed" else story.requested["seq"]
    between = [entry for entry in trail if frozen["audit"]["seq"] < entry["seq"] < until]
    reopened = [entry for entry in between if entry["action"] == "defect.moved" and entry["facts"]["to"] == "reopened"]
    ended = [entry for entry in between if entry["action"] in ENDS]
    assert not ended + reopened, f"{story.state} although {ended + reopened}"


def _certificate(signoff: Signoff, story: Story) -> None:
    found = db.session.scalars(sa.select(Certificate).where(Certificate.signoff_id == signoff.id)).all()
    decided = [move for move in story.moves if move["facts"]["to"] in DECIDED]
    assert len(found) == len(story.issued) == len(decided) <= 1
    if not found:
        return
    facts = json.loads(found[0].facts)
    assert facts["snapshot_sha256"] == queries.get_snapshot(signoff.id).sha256
    assert facts["decision"] == decided[0]["facts"]["to"]
    assert story.issued[0]["seq"] > max(entry["seq"] for entry in story.signed)
    assert sorted(row["name"] for row in facts["signatures"]) == sorted(e["actor"]["name"] for e in story.signed)
    assert {row["decision"] for row in facts["signatures"]} <= {e["facts"]["decision"] for e in story.signed}
