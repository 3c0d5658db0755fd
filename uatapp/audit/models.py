"""Tables of the audit trail. Entries hold references, codes and names; free text stands beside them, committed to."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel.db import Base, created


class AuditChain(Base):
    """The head of a chain: `name` is a project's key, or "system"."""

    __tablename__ = "audit_chain"
    __table_args__ = (sa.CheckConstraint("seq >= 0", "seq"),)

    name: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), unique=True)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = created()


class AuditEntry(Base):
    """One entry. `body` is the exact canonical JSON that was hashed; the other columns are derived from it."""

    __tablename__ = "audit_entry"
    __append_only__ = True
    __table_args__ = (
        sa.UniqueConstraint("chain", "seq"),
        sa.UniqueConstraint("chain", "prev_hash"),
        sa.Index("ix_audit_entry_chain_subject", "chain", "subject"),
        sa.Index("ix_audit_entry_chain_actor", "chain", "actor", "seq"),
    )

    chain: Mapped[str] = mapped_column(sa.ForeignKey("audit_chain.name"))
    seq: Mapped[int]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    body: Mapped[str]
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]


class AuditText(Base):
    """Free text that an entry commits to by sha256(salt‖text)."""

    __tablename__ = "audit_text"
    __append_only__ = True
    __table_args__ = (
        sa.UniqueConstraint("chain", "seq", "field"),
        sa.ForeignKeyConstraint(["chain", "seq"], ["audit_entry.chain", "audit_entry.seq"]),
    )

    chain: Mapped[str]
    seq: Mapped[int]
    field: Mapped[str]
    salt: Mapped[str]
    text: Mapped[str]


class AuditList(Base):
    """The list that an entry about many things commits to by count and hash (one item a line, canonical JSON)."""

    __tablename__ = "audit_list"
    __append_only__ = True
    __table_args__ = (
        sa.UniqueConstraint("chain", "seq", "kind"),
        sa.ForeignKeyConstraint(["chain", "seq"], ["audit_entry.chain", "audit_entry.seq"]),
    )

    chain: Mapped[str]
    seq: Mapped[int]
    kind: Mapped[str]
    items: Mapped[str]


class Checkpoint(Base):
    """A signed note on a chain's head, as printed on a certificate."""

    __tablename__ = "audit_checkpoint"
    __append_only__ = True
    __table_args__ = (sa.ForeignKeyConstraint(["chain", "seq"], ["audit_entry.chain", "audit_entry.seq"]),)

    chain: Mapped[str]
    seq: Mapped[int]
    hash: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime] = created()
