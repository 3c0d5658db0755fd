"""That no chain is missing or too many, and that nothing lies beside entries that are not there."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.audit.models import AuditChain, AuditEntry, AuditList, AuditText, Checkpoint
from uatapp.audit.writer import SYSTEM_CHAIN
from uatapp.operations.checks.report import Report
from uatapp.projects.models import Project

BESIDE: tuple[tuple[str, Any], ...] = (("text", AuditText), ("list", AuditList), ("checkpoint", Checkpoint))


def list_heads(session: Session, project_key: str | None) -> list[AuditChain]:
    """Return the heads to check, the system's first; one project's only, where one is named."""
    statement = sa.select(AuditChain).order_by(AuditChain.name != SYSTEM_CHAIN, AuditChain.id)
    if project_key:
        statement = statement.where(AuditChain.name == project_key)
    heads = list(session.scalars(statement))
    session.expunge_all()
    return heads


def told_openings(session: Session, project_key: str) -> dict[str, str]:
    """Return what the system's chain says of one project's chain."""
    statement = sa.select(AuditEntry.body).where(
        AuditEntry.chain == SYSTEM_CHAIN,
        AuditEntry.action == "audit.chain_opened",
        AuditEntry.subject == project_key,
    )
    bodies = [json.loads(body) for body in session.scalars(statement)]
    return {body["subject"]: body["facts"]["hash"] for body in bodies}


def check_openings(session: Session, opened: dict[str, str], report: Report, project_key: str | None) -> None:
    """Check that the system's chain, the projects and the chains know each other."""
    projects = set(session.scalars(_keys(project_key)))
    for name in sorted(projects | set(opened) | (set(report.heads) - {SYSTEM_CHAIN})):
        if name not in report.heads:
            report.bad(name, 0, "the chain is missing")
        elif name not in opened:
            report.bad(name, 1, "the system's chain does not say that this chain was opened")
        elif _first_hash(session, name) != opened[name]:
            report.bad(name, 1, "its first entry is not the one that the system's chain tells")
        if name not in projects:
            report.bad(name, 0, "the project of this chain is missing")
    if project_key is None and SYSTEM_CHAIN not in report.heads:
        report.bad(SYSTEM_CHAIN, 0, "the chain is missing")


def _keys(project_key: str | None) -> sa.Select[str]:
    statement = sa.select(Project.key)
    return statement.where(Project.key == project_key) if project_key else statement


def _first_hash(session: Session, chain: str) -> str | None:
    return session.scalar(sa.select(AuditEntry.hash).where(AuditEntry.chain == chain, AuditEntry.seq == 1))


def check_owners(session: Session, heads: list[AuditChain], report: Report) -> None:
    """Check that each chain belongs to the project of its name."""
    for head in heads:
        key = session.scalar(sa.select(Project.key).where(Project.id == head.project_id)) if head.project_id else None
        if (key or SYSTEM_CHAIN) != head.name:
            report.bad(head.name, 0, "the chain belongs to another project")


def check_orphans(session: Session, report: Report) -> None:
    """Check that no entry lacks its chain, and nothing beside lacks its entry."""
    heads = sa.select(AuditChain.name)
    for chain, seq in session.execute(
        sa.select(AuditEntry.chain, sa.func.min(AuditEntry.seq))
        .where(AuditEntry.chain.not_in(heads))
        .group_by(AuditEntry.chain)
    ):
        report.bad(chain, seq, "entries of a chain that is not there")
    for word, kind in BESIDE:
        there = sa.exists().where(AuditEntry.chain == kind.chain, AuditEntry.seq == kind.seq)
        for chain, seq in session.execute(sa.select(kind.chain, kind.seq).where(~there).limit(100)):
            report.bad(chain, seq, f"a {word} of an entry that is not there")
