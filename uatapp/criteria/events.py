"""What happens to exit criteria."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaProposed(Event):
    """`items` holds the codes of the criteria, in order."""

    action: ClassVar[str] = "criteria.proposed"
    sentence: ClassVar[str] = "{by} proposed {count} exit criteria for {place}: {subject}"
    set_id: int = internal()
    count: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaMoved(Event):
    action: ClassVar[str] = "criteria.moved"
    sentence: ClassVar[str] = "{by}: {subject} went from {from_} to {to} {why}"
    set_id: int = internal()
    from_: str
    to: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaAgreed(Event):
    action: ClassVar[str] = "criteria.agreed"
    sentence: ClassVar[str] = "{by} agreed to {subject} for the {side}"
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaTaken(Event):
    action: ClassVar[str] = "criteria.taken"
    sentence: ClassVar[str] = "{name} took over the exit criteria {origin} as {subject}"
    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAnswered(Event):
    action: ClassVar[str] = "criteria.answered"
    sentence: ClassVar[str] = "{by} answered {answer} for the {side} ({subject}): {remark}"
    side: str
    answer: str
    files: int
    remark: str = free_text()
