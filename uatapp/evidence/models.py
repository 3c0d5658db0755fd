"""One row per file given; the bytes lie in the store under their SHA-256."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel.db import Base, Frozen, InProject, created, within


class Evidence(InProject, Frozen, Base):
    """A file as it was given (`sha256`) and, for pictures, a re-encoded copy for display (`display_sha256`)."""

    __tablename__ = "evidence"
    __table_args__ = within(sa.UniqueConstraint("token"), sa.CheckConstraint("size > 0", "size"))

    token: Mapped[str]
    sha256: Mapped[str]
    display_sha256: Mapped[str | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = created()

    def frozen_ref(self) -> str:
        return f"evidence {self.token}"

    def frozen_content(self) -> dict[str, Any]:
        return {
            "token": self.token,
            "sha256": self.sha256,
            "display_sha256": self.display_sha256,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
        }
