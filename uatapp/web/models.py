"""Forms already sent, so that sending one twice changes nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from uatapp.kernel.db import Base, created


class FormSent(Base):
    """A form's key with what was sent and the address the answer led to."""

    __tablename__ = "form_sent"
    __table_args__ = (sa.UniqueConstraint("user_id", "key"),)

    key: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    path: Mapped[str]
    body_hash: Mapped[str]
    location: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = created()
