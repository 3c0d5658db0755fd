"""Documents and requirements. Versions are frozen; their states stand beside them."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from uatapp.accounts.models import User
from uatapp.kernel.db import Audited, Base, Frozen, InProject, created, inside, within
from uatapp.projects.models import BusinessProcess, BusinessUnit
from uatapp.requirements.states import RequirementState, VersionState


class Document(InProject, Audited, Base):
    """One .feature file by its path; `version_number` is its newest version, 0 when it was removed."""

    __tablename__ = "document"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "path"),
        inside("unit_id", "business_unit"),
        inside("process_id", "business_process"),
    )

    path: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int | None]
    process_id: Mapped[int | None]
    version_number: Mapped[int] = mapped_column(default=0)
    unit: Mapped[BusinessUnit | None] = relationship(lazy="raise_on_sql", viewonly=True)
    process: Mapped[BusinessProcess | None] = relationship(lazy="raise_on_sql", viewonly=True)


class DocumentVersion(InProject, Frozen, Base):
    """The bytes of a document at one moment, kept exactly."""

    __tablename__ = "document_version"
    __table_args__ = within(sa.UniqueConstraint("document_id", "number"), inside("document_id", "document"))

    document_id: Mapped[int]
    path: Mapped[str]
    number: Mapped[int]
    content: Mapped[bytes]
    sha256: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    author_uid: Mapped[str]
    at: Mapped[datetime] = created()
    author: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"document {self.path} v{self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "number": self.number,
            "author": self.author_uid,
            "bytes_sha256": hashlib.sha256(self.content).hexdigest(),
        }


class Requirement(InProject, Audited, Base):
    """One scenario, whose identity outlives edits, renames and moves.

    `latest_number` is its newest version; `approved_number` the one that counts (0: none yet).
    `removal_asked` is set, with who did, when its document no longer has it, until a head approves the
    retirement. `tags` are the scenario's, its feature's and rule's; `row_tags` those of each Examples block.
    """

    __tablename__ = "requirement"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        inside("document_id", "document"),
        sa.Index("ix_requirement_document", "document_id", "position"),
        sa.Index("ix_requirement_removal", "project_id", "removal_asked"),
    )

    number: Mapped[int]
    document_id: Mapped[int]
    rule: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    position: Mapped[int]
    id_tag: Mapped[str | None]
    tags: Mapped[list[Any]]
    row_tags: Mapped[list[Any]] = mapped_column(default=list)
    identity_hash: Mapped[str]
    state: Mapped[RequirementState] = mapped_column(default=RequirementState.ACTIVE)
    latest_number: Mapped[int] = mapped_column(default=1)
    approved_number: Mapped[int] = mapped_column(default=0)
    removal_asked: Mapped[bool] = mapped_column(default=False)
    removal_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    document: Mapped[Document] = relationship(lazy="raise_on_sql", viewonly=True)


class RequirementVersion(InProject, Frozen, Base):
    """The effective text of a requirement at one moment; `content` is what pages and test cases read.

    `content`: {"rule", "name", "outline", "language", "background": [step…], "steps": [step…],
    "examples": [{"name", "header": […], "rows": [[…]…]}…]}; a step is
    {"kind", "keyword", "text", "table": [[…]…] | null, "doc_string": str | null, "media_type": str}.
    """

    __tablename__ = "requirement_version"
    __table_args__ = within(
        sa.UniqueConstraint("requirement_id", "number"),
        inside("requirement_id", "requirement"),
        inside("document_version_id", "document_version"),
    )

    requirement_id: Mapped[int]
    reference: Mapped[str]
    number: Mapped[int]
    document_version_id: Mapped[int]
    name: Mapped[str]
    text: Mapped[str]
    content: Mapped[dict[str, Any]]
    effective_hash: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    author_uid: Mapped[str]
    at: Mapped[datetime] = created()
    author: Mapped[User] = relationship(lazy="raise_on_sql", viewonly=True)

    def frozen_ref(self) -> str:
        return f"{self.reference} v{self.number}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "number": self.number,
            "text": self.text,
            "content": self.content,
            "effective_hash": self.effective_hash,
            "author": self.author_uid,
        }


class RequirementVersionState(InProject, Audited, Base):
    """Where a version stands, beside its frozen row."""

    __tablename__ = "requirement_version_state"
    __table_args__ = within(
        sa.UniqueConstraint("version_id"),
        inside("version_id", "requirement_version"),
        sa.Index("ix_requirement_version_state_state", "project_id", "state"),
    )

    version_id: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[User | None] = relationship(lazy="raise_on_sql", viewonly=True)
    version: Mapped[RequirementVersion] = relationship(lazy="raise_on_sql", viewonly=True)


class Baseline(InProject, Frozen, Base):
    """What was agreed at one moment, under a name; `items`: [number, name, version, text hash] of each requirement."""

    __tablename__ = "baseline"
    __table_args__ = within(
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("project_id", "name"),
    )

    number: Mapped[int]
    reference: Mapped[str]
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    items: Mapped[list[Any]]
    by_uid: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return self.reference

    def frozen_content(self) -> dict[str, Any]:
        return {"number": self.number, "name": self.name, "note": self.note, "items": self.items, "by": self.by_uid}


class RuleOff(InProject, Audited, Base):
    """A rule about better requirements that does not count in a project."""

    __tablename__ = "quality_rule_off"
    __table_args__ = within(sa.UniqueConstraint("project_id", "rule"))

    rule: Mapped[str]


class ImportReport(InProject, Base):
    """What an import did, or would do (`dry`); `result` is as `uatapp import --json`, none while it runs.

    `documents` has the ids of the documents that came in, `items` and `touched` are those of an `imports.Outcome`;
    `upload_sha256` names the stored upload, `answers` settle its questions; `after_id` is the report that this one
    goes on from: with the same upload, or with earlier texts that come `back`.
    """

    __tablename__ = "import_report"
    __table_args__ = within(inside("after_id", "import_report"))

    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = created()
    upload_sha256: Mapped[str] = mapped_column(default="")
    upload_name: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int | None]
    process_id: Mapped[int | None]
    result: Mapped[dict[str, Any] | None]
    documents: Mapped[list[Any]] = mapped_column(default=list)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    dry: Mapped[bool] = mapped_column(default=False)
    back: Mapped[bool] = mapped_column(default=False)
    after_id: Mapped[int | None]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    items: Mapped[list[Any]] = mapped_column(default=list)
    touched: Mapped[list[Any]] = mapped_column(default=list)
