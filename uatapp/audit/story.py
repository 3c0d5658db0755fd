"""The audit trail in sentences: each event's own template, filled with what the entry holds."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uatapp.audit.queries import Told
from uatapp.kernel.events import Event

SHOWN = 200
CODE = re.compile(r"[a-z]+(_[a-z]+)+")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for a reader; `items` are the things that an act on many touched."""

    seq: int
    at: datetime
    sentence: str
    subject: str
    by: str
    quotes: tuple[str, ...]
    items: tuple[str, ...]
    more: int
    hash: str


class _Words(string.Formatter):
    """Fills a sentence; what the entry does not hold is left out instead of failing."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "")

    def format_field(self, value: Any, format_spec: str) -> str:
        return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)


def sentences() -> dict[str, str]:
    """Return the sentence of each action, from the events themselves."""
    found = {"audit.chain_opened": "The audit trail of {subject} began"}
    return found | {kind.action: kind.sentence for kind in _kinds(Event)}


def _kinds(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        if hasattr(child, "action") and "__slots__" in vars(child):  # a dataclass with slots leaves its draft behind
            yield child
        yield from _kinds(child)


def line(told: Told, templates: Mapping[str, str]) -> Line:
    """Write one entry for a reader."""
    body = told.body
    template = templates.get(body["action"], "{by}: " + str(body["action"]).replace("_", " ").replace(".", " "))
    facts = {name: _spoken(value) for name, value in body["facts"].items()}
    words = {**facts, **told.texts, "by": body["actor"]["name"], "subject": body["subject"]}
    written = " ".join(_Words().vformat(template, (), words).split()).strip(" :")
    items = [str(item) for item in told.lists.get("items", ())]
    shown = tuple(items[:SHOWN])
    quotes = tuple(text for name, text in told.texts.items() if f"{{{name}}}" not in template)
    return Line(
        told.seq,
        told.at,
        written,
        body["subject"],
        body["actor"]["name"],
        quotes,
        shown,
        len(items) - len(shown),
        told.hash,
    )


def _spoken(value: Any) -> Any:
    """Write codes such as super_user as words."""
    if isinstance(value, list):
        return [_spoken(item) for item in value]
    return value.replace("_", " ") if isinstance(value, str) and CODE.fullmatch(value) else value
