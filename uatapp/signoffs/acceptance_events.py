"""What happens around the acceptance window."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsProposed(Event):
    action: ClassVar[str] = "acceptance.terms_proposed"
    sentence: ClassVar[str] = (
        "{by} proposed {subject}: {days} working days to decide, told {notice} before, {rounds} rounds"
    )
    days: int
    notice: int
    rounds: int
    clause: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsMoved(Event):
    action: ClassVar[str] = "acceptance.terms_moved"
    sentence: ClassVar[str] = "{subject} went from {from_} to {to} through {by}: {why}"
    from_: str
    to: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    action: ClassVar[str] = "acceptance.clock_started"
    sentence: ClassVar[str] = "The acceptance window of {subject} began: {days} working days, silence counts from {day}"
    days: int
    terms: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(Event):
    action: ClassVar[str] = "acceptance.clock_paused"
    sentence: ClassVar[str] = "The acceptance window of {subject} is paused by {because}"
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(Event):
    action: ClassVar[str] = "acceptance.clock_resumed"
    sentence: ClassVar[str] = "The acceptance window of {subject} runs again: no critical problem is open"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceMoved(Event):
    """The date on which silence counts is another, or none while the clock is paused; `why` is one of our sentences."""

    action: ClassVar[str] = "acceptance.silence_moved"
    sentence: ClassVar[str] = "{subject}: silence counts from {to} instead of {from_} ({why})"
    from_: str
    to: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceNoticed(Event):
    """`when` is before or reached."""

    action: ClassVar[str] = "acceptance.silence_noticed"
    sentence: ClassVar[str] = "{count} people were told that silence counts for {subject} from {day} ({when})"
    count: int
    day: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceDeemed(Event):
    action: ClassVar[str] = "acceptance.deemed"
    sentence: ClassVar[str] = "{by} recorded that {subject} is deemed accepted, not signed, since {silence_on}"
    silence_on: str
    terms: str
    snapshot: str
