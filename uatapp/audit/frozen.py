"""The fingerprint of a frozen row: what it says it contains, and each of its own columns."""

import hashlib
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from uatapp.audit.chain import content_hash
from uatapp.kernel import clock
from uatapp.kernel.db import Frozen


def fingerprint(row: Frozen) -> str:
    """Hash a frozen row. Row ids are left out; references stand for them."""
    return content_hash({"content": row.frozen_content(), "columns": columns(row)})


def columns(row: Frozen) -> dict[str, Any]:
    """Return a row's own columns as canonical JSON can hold them."""
    mapper = sa.inspect(type(row))
    return {
        attribute.key: _plain(getattr(row, attribute.key))
        for attribute in mapper.column_attrs
        if not any(column.primary_key or column.foreign_keys for column in attribute.columns)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
