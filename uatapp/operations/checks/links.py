"""That each frozen row still hangs on the row that its own words name: its foreign key could be bent unseen."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.accounts.models import User
from uatapp.audit.writer import SYSTEM_CHAIN
from uatapp.criteria.models import (
    CriteriaAgreement,
    CriteriaSet,
    CriteriaVersion,
    CriterionAnswer,
    CriterionEvidence,
)
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.defects.models import Defect, DefectEvidence, DefectNote
from uatapp.evidence.models import Evidence
from uatapp.kernel.references import Kind
from uatapp.operations.checks.report import Report
from uatapp.projects.models import Build, Project
from uatapp.requirements.models import Document, DocumentVersion, Requirement, RequirementVersion
from uatapp.runs.models import Run, RunEvidence, RunVoid, StepResult
from uatapp.signoffs.models import (
    ActSignature,
    Addendum,
    AddendumFile,
    Certificate,
    CertificateFile,
    Condition,
    ConditionEvidence,
    ConditionNote,
    Consent,
    DeemedAcceptance,
    Signature,
    SignatureFor,
    SignatureProof,
    SignedAct,
    Signoff,
    SignoffNote,
    Snapshot,
    Waiver,
)
from uatapp.testcases.models import CarryOver, TestCase, TestCaseVersion


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key, and the words on both sides that must agree."""

    child: Any
    key: Any
    parent: Any
    words: Any
    parents_words: Any


def _numbered(kind: Kind, number: Any) -> Any:
    return Project.key + f"-{kind.value}" + sa.cast(number, sa.Text)


def _version(reference: Any, number: Any) -> Any:
    return reference + " v" + sa.cast(number, sa.Text)


def _of_signoff(child: Any) -> Link:
    return Link(child, child.signoff_id, Signoff, child.signoff_reference, _numbered(Kind.SIGNOFF, Signoff.number))


def _of_condition(child: Any) -> Link:
    words = Condition.signoff_reference + " condition " + sa.cast(Condition.number, sa.Text)
    return Link(child, child.condition_id, Condition, child.condition_reference, words)


def _of_act(child: Any) -> Link:
    return Link(child, child.act_id, SignedAct, child.act_reference, SignedAct.reference)


def _of_defect(child: Any) -> Link:
    return Link(child, child.defect_id, Defect, child.defect_reference, _numbered(Kind.DEFECT, Defect.number))


def _of_run(child: Any) -> Link:
    return Link(child, child.run_id, Run, child.run_reference, Run.reference)


def _of_evidence(child: Any) -> Link:
    return Link(child, child.evidence_id, Evidence, child.evidence_token, Evidence.token)


def _of_case(child: Any) -> Link:
    return Link(child, child.test_case_id, TestCase, child.reference, _numbered(Kind.TEST_CASE, TestCase.number))


def _of_criteria() -> tuple[Link, ...]:
    version, agreement, file = CriteriaVersion, CriteriaAgreement, CriterionEvidence
    reference = CriteriaSet.reference + " " + sa.cast(version.number, sa.Text)
    return (
        Link(version, version.set_id, CriteriaSet, version.reference, reference),
        Link(agreement, agreement.version_id, version, agreement.version_reference, version.reference),
        Link(file, file.answer_id, CriterionAnswer, file.answer_reference, CriterionAnswer.reference),
    )


def links() -> tuple[Link, ...]:
    """Return every foreign key of a frozen row whose words can be compared."""
    requirement = _version(TestCaseVersion.requirement_reference, TestCaseVersion.requirement_version_number)
    case = _version(Run.case_reference, Run.case_version_number)
    return (
        *(_of_signoff(child) for child in (Snapshot, Signature, Waiver, Condition, SignoffNote, Certificate)),
        *(_of_signoff(child) for child in (DeemedAcceptance, SignatureFor, SignatureProof)),
        *(_of_signoff(child) for child in (Snapshot, Signature, Waiver, Condition, SignoffNote, Certificate, SignedAct)),
        *(_of_condition(child) for child in (ConditionNote, ConditionEvidence)),
        *(_of_act(child) for child in (ActSignature, Addendum)),
        *(_of_defect(child) for child in (DefectNote, DefectEvidence)),
        *(_of_run(child) for child in (StepResult, RunEvidence, RunVoid)),
        *(_of_evidence(child) for child in (DefectEvidence, RunEvidence, ConditionEvidence, CriterionEvidence)),
        *_of_criteria(),
        *(_of_case(child) for child in (TestCaseVersion, CarryOver)),
        Link(
            CertificateFile, CertificateFile.certificate_id, Certificate,
            CertificateFile.certificate_number, Certificate.number,
        ),
        Link(
            RequirementVersion, RequirementVersion.requirement_id, Requirement,
            RequirementVersion.reference, _numbered(Kind.REQUIREMENT, Requirement.number),
        ),
        Link(
            TestCaseVersion, TestCaseVersion.requirement_version_id, RequirementVersion,
            requirement, _version(RequirementVersion.reference, RequirementVersion.number),
        ),
        Link(DocumentVersion, DocumentVersion.document_id, Document, DocumentVersion.path, Document.path),
        Link(DocumentVersion, DocumentVersion.author_id, User, DocumentVersion.author_uid, User.uid),
        Link(RequirementVersion, RequirementVersion.author_id, User, RequirementVersion.author_uid, User.uid),
        Link(
            Run, Run.case_version_id, TestCaseVersion,
            case, _version(TestCaseVersion.reference, TestCaseVersion.number),
        ),
        Link(Run, Run.build_id, Build, Run.build_name, Build.name),
        Link(Run, Run.tester_id, User, Run.tester_uid, User.uid),
        Link(Signature, Signature.user_id, User, Signature.signer_uid, User.uid),
        Link(SignatureFor, SignatureFor.signature_id, Signature, SignatureFor.signer_uid, Signature.signer_uid),
        Link(SignatureFor, SignatureFor.for_user_id, User, SignatureFor.for_uid, User.uid),
        Link(DeemedAcceptance, DeemedAcceptance.user_id, User, DeemedAcceptance.by_uid, User.uid),
        Link(ActSignature, ActSignature.user_id, User, ActSignature.signer_uid, User.uid),
        Link(AddendumFile, AddendumFile.addendum_id, Addendum, AddendumFile.addendum_number, Addendum.number),
    )  # fmt: skip


def check(session: Session, report: Report, project_key: str | None) -> None:
    """Check all links, and that each run hangs on an assignment of its own test."""
    for link in links():
        statement = (
            sa.select(Project.key, link.words)
            .select_from(link.child)
            .join(Project, Project.id == link.child.project_id)
            .outerjoin(link.parent, link.parent.id == link.key)
            .where(sa.func.coalesce(link.parents_words, "") != link.words)
        )
        _tell(session, statement, link.child.__tablename__, report, project_key)
    _tell(session, _runs_elsewhere(), Run.__tablename__, report, project_key)
    if not project_key:
        _tell(session, _consents_of_others(), Consent.__tablename__, report, None)


def _consents_of_others() -> sa.Select[*tuple[Any, ...]]:
    """Consents belong to the installation, so no project leads to them."""
    return (
        sa.select(sa.literal(SYSTEM_CHAIN), Consent.name)
        .outerjoin(User, User.id == Consent.user_id)
        .where(sa.func.coalesce(User.uid, "") != Consent.uid)
    )


def _runs_elsewhere() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Project.key, Run.reference)
        .join(Project, Project.id == Run.project_id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(_numbered(Kind.TEST_CASE, TestCase.number) != Run.case_reference)
    )


def _tell(
    session: Session, statement: sa.Select[*tuple[Any, ...]], table: str, report: Report, project_key: str | None
) -> None:
    if project_key:
        statement = statement.where(Project.key == project_key)
    for key, words in session.execute(statement.limit(100)):
        report.bad(key, 0, f"a row of {table} hangs on another row than “{words}” says")
