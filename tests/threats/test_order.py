"""Steps taken out of order, by the very people who may take them in order: refused, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.threats import forms
from tests.threats.forms import Known
from tests.threats.two import Two, everything
from uatapp.cycles.models import Assignment
from uatapp.kernel.db import db
from uatapp.operations.checks.rows import frozen_classes
from uatapp.signoffs.models import Signoff

# what is done too early or too late: who, where, with what, and why it cannot be
Given = Callable[[Known], dict[str, Any]]
OUT_OF_ORDER: tuple[tuple[str, str, Given], ...] = (
    # a problem is not closed without its retest, not fixed before it is accepted, not decided by nobody's contest
    ("tester", "defects/1/confirm", lambda k: {}),
    ("tester", "defects/3/confirm", lambda k: {}),
    ("lead", "defects/3/fix", lambda k: {"build": "plain 1.1", "note": "done"}),
    ("tester", "defects/3/still_wrong", lambda k: {"reason": "still"}),
    ("tester", "defects/3/agree", lambda k: {}),
    ("manager", "defects/3/decide_defect", lambda k: {"reason": "yes"}),
    ("manager", "defects/1/uphold", lambda k: {"reason": "yes"}),
    ("tester", "defects/1/withdraw", lambda k: {}),
    ("lead", "defects/1/accept", lambda k: {}),
    ("tester", "defects/persisting", lambda k: {"run": k.last, "persists": "1", "why": "still"}),
    # a result is not recorded twice, not for another, not in a closed cycle; what was followed is not taken back
    ("tester", "runs/start/{done}", lambda k: {}),
    ("tester", "runs/open/{done}/submit", lambda k: {"answer-2": "as_expected", "version": "1"}),
    ("tester", "runs/open/{done}/draft", lambda k: {"remark": "late"}),
    ("tester2", "runs/start/{open}", lambda k: {}),
    ("tester2", "runs/open/{open}/submit", lambda k: {"answer-2": "as_expected", "version": "1"}),
    ("tester", "runs/start/{waiting}", lambda k: {}),
    ("tester", "runs/{first}/void", lambda k: {"reason": "too late"}),
    ("tester2", "runs/{last}/void", lambda k: {"reason": "not mine"}),
    # a closed cycle keeps its scope and its people; an open one is not opened again
    ("manager", "cycles/1/scope", lambda k: {"cases": k.cases[-1], "do": "page"}),
    ("manager", "cycles/1/assign", lambda k: {"cases": k.cases[0], "testers": k.members["tester2"], "whom": "chosen"}),
    ("manager", "cycles/1/close", lambda k: {}),
    ("manager", "cycles/1/open", lambda k: {}),
    ("manager", "cycles/2/open", lambda k: {}),
    ("manager", "cycles/2/drop", lambda k: {"reason": "x"}),
    # nothing is signed twice, by nobody who was not asked, without a password, or after it was decided
    (
        "sponsor",
        "signoffs/1/sign",
        lambda k: {"decision": "accepted", "read": "1", "password": "a long enough password"},
    ),
    (
        "sponsor2",
        "signoffs/2/sign",
        lambda k: {"decision": "accepted", "read": "1", "password": "a long enough password"},
    ),
    ("manager", "signoffs/1/withdraw", lambda k: {"reason": "x"}),
    ("sponsor", "signoffs/1/note", lambda k: {"text": "after all"}),
    ("manager", "signoffs/new", lambda k: {"title": "Open cycle", "cycles": "2", "signatories": k.members["sponsor"]}),
    # what is agreed is not agreed again, what nobody changed is not decided on
    ("manager", "requirements/1/approve", lambda k: {"version": "1"}),
    ("analyst", "requirements/1/send_for_review", lambda k: {}),
    ("analyst", "requirements/1/approve", lambda k: {"version": "1"}),
    ("manager", "requirements/{waiting_requirement}/approve", lambda k: {"version": "1"}),
    ("analyst", "tests/changed", lambda k: {"chosen": "1", "decision": "results_stand", "reason": "x"}),
    ("manager", "members/{auditor}/invitation", lambda k: {"how": "link"}),
)
REFUSED = {403, 404, 409, 422}


@pytest.mark.proves("T39", "E18", "E22")
def test_steps_out_of_order_are_refused_and_change_nothing(two_projects: Two) -> None:
    own, wrong = two_projects.own, []
    known = Known(own)
    waiting = db.session.scalars(sa.select(Assignment).where(Assignment.state == "waiting_for_fix")).first()
    assert waiting is not None
    at = {
        "done": known.second.id,
        "open": known.draft.assignment_id,
        "waiting": waiting.id,
        "first": known.first,
        "last": known.last,
        "auditor": known.uids["auditor"],
        "waiting_requirement": known.waiting.number,
    }
    asked = [(who, path.format(**at), given(known)) for who, path, given in OUT_OF_ORDER]
    before = _but_denials()
    for who, path, fields in asked:
        answer = own.client(who).post(f"/projects/PAY/{path}", data=fields)
        if answer.status_code not in REFUSED and "/defects/new?" not in str(answer.location):
            wrong.append(f"{who} {path}: {answer.status_code}")
    assert not wrong
    assert _but_denials() == before


def _but_denials() -> Any:
    """Return what is stored, but for denied signings, which are told."""
    return {name: rows for name, rows in everything().items() if not name.startswith(("audit_", "checkpoint"))}


@pytest.mark.proves("T39", "E18", "E22")
def test_what_is_signed_stays_as_it_is(two_projects: Two) -> None:
    """Every form of the project, sent to it: the signed scope and its certificate do not move."""
    own = two_projects.own
    frozen = [kind.__tablename__ for kind in frozen_classes()]
    sent, before = forms.every(own), everything()
    for form in sent:
        if form.endpoint not in ("signoffs.sign", "signoffs.sign_act") and "/projects/PAY" in form.path:
            own.client(form.who).post(form.path, data=form.fields)
    after = everything()
    assert all(set(map(repr, before[name])) <= set(map(repr, after[name])) for name in frozen)
    assert len(after["audit_entry"]) > len(before["audit_entry"]) + 10
    first = db.session.scalars(
        sa.select(Signoff).where(Signoff.project_id == own.project.id, Signoff.number == 1)
    ).one()
    assert first.state.value in ("accepted", "needs_reconfirmation")
