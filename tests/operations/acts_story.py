"""What follows a signed decision in the story: a condition reported with a file, an act signed, its addendum."""

import hashlib
from typing import Any

import rfc8785

from tests.world import World
from uatapp.evidence import service as evidence
from uatapp.kernel import storage
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Side
from uatapp.signoffs.models import (
    ActSignature,
    Addendum,
    AddendumFile,
    Condition,
    ConditionEvidence,
    ConditionNote,
    SignedAct,
)
from uatapp.signoffs.states import ActKind


def rows_after(world: World, condition: Condition, number: int, by: Actor, at: Any) -> list[Any]:
    """Return a row of every table of what follows the sign-off of a condition; the caller tells them."""
    project_id, named = condition.project_id, f"{condition.signoff_reference} condition {condition.number}"
    file = evidence.take(world.project, f"closed{number}.txt", b"closed\n" * (number + 3), by=by)
    document = rfc8785.dumps({"act": number})
    sha256 = hashlib.sha256(document).hexdigest()
    act = SignedAct(
        project_id=project_id, signoff_id=condition.signoff_id, signoff_reference=condition.signoff_reference,
        number=number, reference=f"{condition.signoff_reference}/{number}", kind=list(ActKind)[number % 2],
        document=document, sha256=sha256, opened_by_uid=by.uid, opened_by_name=by.name, at=at,
    )  # fmt: skip
    db.session.add(act)
    db.session.flush()
    same = {"project_id": project_id, "act_id": act.id, "act_reference": act.reference}
    facts = rfc8785.dumps({"addendum": number})
    rows = [
        ConditionNote(
            project_id=project_id, condition_id=condition.id, condition_reference=named, number=number, action="report",
            by_uid=by.uid, by_name=by.name, by_side=Side.PARTNER, text=f"Done {number}", at=at,
        ),
        ConditionEvidence(
            project_id=project_id, condition_id=condition.id, condition_reference=named, evidence_id=file.id,
            evidence_token=file.token, note_number=number,
        ),
        ActSignature(
            **same, user_id=by.user_id, signer_uid=by.uid, printed_name=by.name, job_title=f"Sponsor {number}",
            organisation="Nordwind", side=Side.CUSTOMER, statement="I accept.", statement_version="1",
            waived=[{"reference": f"PAY-R{number}"}], document_sha256=sha256, at=at, zone="Europe/Berlin",
        ),
        Addendum(
            **same, number=f"UAT-{act.reference}", check_code=f"ADD{number}", facts=facts,
            facts_sha256=hashlib.sha256(facts).hexdigest(),
        ),
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    data = b"%PDF-addendum" + str(number).encode()
    kept = AddendumFile(project_id=project_id, addendum_id=rows[-1].id, addendum_number=rows[-1].number)
    kept.sha256, kept.size = storage.put(data), len(data)
    db.session.add(kept)
    return [act, *rows, kept]
