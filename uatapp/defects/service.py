"""What can happen to a defect, pressed by a person. What follows from runs and builds is in `retests`."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.defects import events, queries, retests, rules
from uatapp.defects.models import Defect, DefectEvidence, DefectLink
from uatapp.defects.states import DEFECT, DefectState, Severity, TriageOutcome
from uatapp.defects.telling import about, note, reference
from uatapp.evidence.models import Evidence
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused, Stale
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import Kind, take
from uatapp.kernel.uow import record
from uatapp.projects.models import Build, Project
from uatapp.runs.models import Run

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What a person tells when reporting a defect."""

    title: str
    severity: Severity
    description: str = ""
    requirement_id: int | None = None
    position: int = 0


def raise_defect(
    project: Project, report: Report, *, by: Actor, run: Run | None = None, evidence: Sequence[Evidence] = ()
) -> Defect:
    """Report a defect, from a run (which it then stops) or at large. Refuses an empty or endless title."""
    title = " ".join(report.title.split())
    if not 1 <= len(title) <= LONGEST_TITLE:
        sentence = _("Say in 1 to 200 characters what is wrong. This has %(n)s.", n=len(title))
        raise Invalid(sentence, fields={"title": sentence})
    defect = Defect(
        project_id=project.id,
        number=take(project.id, Kind.DEFECT),
        title=title,
        description=report.description.strip(),
        severity=report.severity,
        requirement_id=report.requirement_id,
        reporter_id=by.user_id,
    )
    db.session.add(defect)
    db.session.flush()
    shown = _show(project, defect, evidence)
    told = about(events.DefectRaised, project, defect, by, severity=report.severity.value, title=title)
    record(told, defect, *shown)
    if run is not None:
        link_run(project, defect, run, by=by, position=report.position)
    return defect


def _show(project: Project, defect: Defect, evidence: Sequence[Evidence]) -> list[DefectEvidence]:
    rows = [
        DefectEvidence(
            project_id=project.id,
            defect_id=defect.id,
            defect_reference=reference(project, defect),
            evidence_id=item.id,
            evidence_token=item.token,
        )
        for item in evidence
    ]
    db.session.add_all(rows)
    return rows


def link_run(project: Project, defect: Defect, run: Run, *, by: Actor, position: int = 0) -> None:
    """Say that a defect stops a run's test as well, and lead that test on. A second time changes nothing."""
    where = (DefectLink.defect_id == defect.id, DefectLink.assignment_id == run.assignment_id)
    if db.session.scalar(sa.select(DefectLink).where(*where)) is not None:
        return
    link = DefectLink(project_id=project.id, defect_id=defect.id, assignment_id=run.assignment_id)
    link.run_reference, link.position = run.reference, position
    db.session.add(link)
    record(about(events.DefectLinked, project, defect, by, test=run.case_reference), link)
    db.session.flush()
    retests.lead_on(run.assignment_id, by=by)


def _move(project: Project, defect: Defect, action: str, by: Actor, *, why: str = "", **facts: str) -> None:
    """Take one action by the lifecycle: permission, who, legality; then tell it and lead the tests on."""
    transition = DEFECT.find(defect.state, action)
    if transition is not None and transition.by is not None:
        by.require(transition.by, project.id)
    if reasons := rules.why_not(action, by, project.id, defect.reporter_id):
        raise NotAllowed(_(reasons[0]))
    before, defect.state = defect.state, DefectState(DEFECT.after(defect.state, action))
    defect.version += 1
    told = {"move": action, "from_": before.value, "to": defect.state.value, "why": why, **facts}
    record(about(events.DefectMoved, project, defect, by, **told), defect)
    if why:
        note(project, defect, action, why, by)
    db.session.flush()
    retests.lead_on_all(defect, by=by)


def discuss(project: Project, defect: Defect, text: str, *, by: Actor) -> None:
    """Add a word to a defect. Refuses an empty one."""
    note(project, defect, "comment", _said(text, "text", _("Write something first.")), by)


def _said(text: str, name: str, sentence: str) -> str:
    if not text.strip():
        raise Invalid(sentence, fields={name: sentence})
    return text.strip()


def check_version(defect: Defect, version: int, yours: str) -> None:
    """Refuse a form that was shown before somebody else's change."""
    if defect.version != version:
        sentence = _("Look at what is new, then decide again.")
        raise Stale(sentence, theirs=defect.state.value, yours=yours, version=defect.version)


def accept(project: Project, defect: Defect, *, by: Actor, priority: int | None = None, note: str = "") -> None:
    """Accept as a defect (also one that was deferred)."""
    defect.outcome, defect.priority = TriageOutcome.DEFECT, priority or defect.priority
    _move(project, defect, "accept", by, why=note.strip(), outcome=TriageOutcome.DEFECT.value)


def propose(
    project: Project,
    defect: Defect,
    outcome: TriageOutcome,
    reason: str,
    *,
    by: Actor,
    sentence: str = "",
    duplicate_of: Defect | None = None,
) -> None:
    """Propose that it is no defect. It counts as before until the reporter or the customer's manager agrees."""
    if outcome is TriageOutcome.DEFECT:
        raise Invalid(_("Accept it instead."))
    if defect.contested_once:
        raise Refused(_("The customer has decided that this is a defect. It cannot be proposed again."))
    if outcome is TriageOutcome.DUPLICATE:
        _check_original(defect, duplicate_of)
        defect.duplicate_of_id = duplicate_of.id if duplicate_of else None
    defect.outcome, defect.agreed_sentence = outcome, sentence.strip()
    defect.outcome_reason = _said(reason, "reason", _("Give the reason. The person who reported it will read it."))
    _move(project, defect, "propose", by, why=defect.outcome_reason, outcome=outcome.value)


def _check_original(defect: Defect, original: Defect | None) -> None:
    if original is None or original.id == defect.id:
        sentence = _("Name the problem that this one repeats, such as D7.")
        raise Invalid(sentence, fields={"duplicate_of": sentence})
    if original.outcome is TriageOutcome.DUPLICATE:
        sentence = _("D%(n)s is itself a duplicate. Name its original.", n=original.number)
        raise Invalid(sentence, fields={"duplicate_of": sentence})


def agree(project: Project, defect: Defect, *, by: Actor) -> None:
    """Agree to a proposed outcome: the defect ends, and its tests are led on with the explanation."""
    _move(project, defect, "agree", by, outcome=str(defect.outcome or ""))


def contest(project: Project, defect: Defect, reason: str, *, by: Actor) -> None:
    """Disagree, once; the customer's project manager then decides."""
    if defect.contested_once:
        raise Refused(_("You have disagreed once already. Your project manager has decided."))
    defect.contested_once = True
    _move(project, defect, "contest", by, why=_said(reason, "reason", _("Say why you disagree.")))


def decide(project: Project, defect: Defect, is_defect: bool, reason: str, *, by: Actor) -> None:
    """Decide a contest: it is a defect after all, or the proposal is upheld."""
    why = _said(reason, "reason", _("Give the reason for your decision."))
    if is_defect:
        defect.outcome, defect.duplicate_of_id = TriageOutcome.DEFECT, None
    _move(project, defect, "decide_defect" if is_defect else "uphold", by, why=why, outcome=str(defect.outcome))


def start_work(project: Project, defect: Defect, *, by: Actor) -> None:
    """Take a defect into work; whoever does becomes its owner."""
    defect.owner_id = by.user_id
    _move(project, defect, "start_work", by)


def fix(project: Project, defect: Defect, build: Build, note: str, *, by: Actor) -> None:
    """Say in which build it is fixed. When that build is in place already, the retest is due at once."""
    defect.fixer_id, defect.fixed_build_id = by.user_id, build.id
    defect.owner_id, defect.fix_note = defect.owner_id or by.user_id, note.strip()
    _move(project, defect, "fix", by, why=note.strip(), build=build.name)
    if queries.is_deployed(defect, build.number):
        retests.put_in_retest(project, defect, by=by)


def defer(project: Project, defect: Defect, reason: str, workaround: str, *, by: Actor) -> None:
    """Put the fix off, with a workaround; it is printed as known and owed."""
    defect.workaround = _said(workaround, "workaround", _("Say how people work until it is fixed."))
    why = _said(reason, "reason", _("Say why it can wait."))
    _move(project, defect, "defer", by, why=why)


def withdraw(project: Project, defect: Defect, *, by: Actor) -> None:
    """Take back one's own report while nobody has decided on it."""
    _move(project, defect, "withdraw", by)


def confirm(project: Project, defect: Defect, *, by: Actor) -> None:
    """Close a defect in retest that no test is linked to. Refuses while a linked test has not passed."""
    if queries.live_links(defect.id):
        raise Refused(_("This problem is closed by testing again: open the test from “My work”."))
    _move(project, defect, "confirm", by)


def still_wrong(project: Project, defect: Defect, reason: str, *, by: Actor) -> None:
    """Say that a fix did not help; the defect is reopened, and that is counted."""
    defect.reopened_count += 1
    why = _said(reason, "reason", _("Say what you still see."))
    _move(project, defect, "still_wrong", by, why=why)


def set_severity(project: Project, defect: Defect, severity: Severity, why: str, *, by: Actor) -> None:
    """Change the severity. Its reporter and the customer's manager decide; a milder one from the team is a proposal.

    Refuses everybody else, and a defect that has ended.
    """
    mine = not rules.why_not("agree_severity", by, project.id, defect.reporter_id)
    if not mine:
        by.require(Permission.DEFECT_WORK, project.id)
    if defect.state in rules.ENDED:
        raise Refused(_("This problem has ended. Its severity stays as it is."))
    if severity is defect.severity:
        return None
    if mine or not rules.is_lower(severity, defect.severity):
        return _severity(project, defect, severity, by)
    reason = _said(why, "reason", _("Say why this is less severe."))
    defect.proposed_severity, defect.version = severity, defect.version + 1
    told = {"from_": defect.severity.value, "to": severity.value, "why": reason}
    record(about(events.SeverityProposed, project, defect, by, **told), defect)
    note(project, defect, "propose_severity", reason, by)
    return None


def _severity(project: Project, defect: Defect, severity: Severity, by: Actor) -> None:
    before, defect.severity, defect.proposed_severity = defect.severity, severity, None
    defect.version += 1
    told = {"from_": before.value, "to": severity.value}
    record(about(events.SeverityChanged, project, defect, by, **told), defect)


def answer_severity(project: Project, defect: Defect, agreed: bool, *, by: Actor) -> None:
    """Agree to a milder severity, or keep the present one."""
    if reasons := rules.why_not("agree_severity", by, project.id, defect.reporter_id):
        raise NotAllowed(_(reasons[0]))
    if defect.proposed_severity is None:
        raise Refused(_("Nobody has proposed another severity."))
    if agreed:
        return _severity(project, defect, defect.proposed_severity, by)
    defect.proposed_severity, defect.version = None, defect.version + 1
    record(about(events.SeverityKept, project, defect, by, severity=defect.severity.value), defect)
    return None
