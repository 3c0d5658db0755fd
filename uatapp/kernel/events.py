"""Domain events: frozen, past tense, each with the sentence that the audit trail shows."""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from uatapp.kernel.actor import Actor


def free_text(default: str = "") -> Any:
    """Declare a field whose words stay beside the chain; the chain holds their commitment only."""
    return field(default=default, metadata={"free_text": True})


def internal() -> Any:
    """Declare a field for handlers only (a row id); the chain does not hold it."""
    return field(metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `subject` is a reference such as PAY-D7; `project_id` None means the system chain.

    Fields are strings, integers, booleans or tuples of strings; words that people typed, mail and
    network addresses are declared with `free_text()`. `sentence` is formatted with the fields.
    """

    action: ClassVar[str]
    sentence: ClassVar[str]

    project_id: int | None
    subject: str
    by: Actor
    items: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return what the chain's entry holds besides who, when, what and on what."""
        skip = {"project_id", "subject", "by", "items"}
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in skip and not f.metadata}

    def texts(self) -> dict[str, str]:
        """Return the free texts, kept beside the chain."""
        return {
            f.name: getattr(self, f.name) for f in fields(self) if "free_text" in f.metadata and getattr(self, f.name)
        }
