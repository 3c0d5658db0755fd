"""The fingerprint of a frozen row: what it says it contains, and each of its own columns."""

import hashlib
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from uatapp.audit.chain import content_hash
from uatapp.kernel import clock
from uatapp.kernel.db import Frozen


def fingerprint(row: Frozen) -> str:
    """Hash a frozen row. Row ids are left out; references stand for them."""
    return content_hash({"content": row.frozen_content(), "columns": columns(row)})


def columns(row: Frozen) -> dict[str, Any]:
    """Return a row's own columns as canonical JSON can hold them."""
    return {name: _plain(getattr(row, name)) for name in _own(sa.inspect(type(row)))}


@cache
def _own(mapper: Mapper[Any]) -> tuple[str, ...]:
    """Return the columns of a class that are no keys."""
    return tuple(
        attribute.key
        for attribute in mapper.column_attrs
        if not any(column.primary_key or column.foreign_keys for column in attribute.columns)
    )


def _plain(value: Any) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
