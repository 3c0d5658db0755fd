"""What happens to defects."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectRaised(Event):
    action: ClassVar[str] = "defect.raised"
    sentence: ClassVar[str] = "{by} reported {subject} ({severity}): {title}"
    defect_id: int = internal()
    severity: str
    seen_in: str = ""
    title: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectLinked(Event):
    """A test was found to be stopped by a known defect, or its link moved to a later cycle."""

    action: ClassVar[str] = "defect.linked"
    sentence: ClassVar[str] = "{by} linked {test} to {subject}"
    defect_id: int = internal()
    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectMoved(Event):
    """`move` is the lifecycle's action."""

    action: ClassVar[str] = "defect.moved"
    sentence: ClassVar[str] = "{by}: {subject} went from {from_} to {to} ({move}) {outcome} {build}: {why}"
    defect_id: int = internal()
    move: str
    from_: str
    to: str
    outcome: str = ""
    build: str = ""
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityProposed(Event):
    action: ClassVar[str] = "defect.severity_proposed"
    sentence: ClassVar[str] = "{by} proposed to call {subject} {to} instead of {from_}: {why}"
    defect_id: int = internal()
    from_: str
    to: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged(Event):
    action: ClassVar[str] = "defect.severity_changed"
    sentence: ClassVar[str] = "{by} changed the severity of {subject} from {from_} to {to}"
    defect_id: int = internal()
    from_: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityKept(Event):
    action: ClassVar[str] = "defect.severity_kept"
    sentence: ClassVar[str] = "{by} kept {subject} at {severity}"
    defect_id: int = internal()
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectRetested(Event):
    action: ClassVar[str] = "defect.retested"
    sentence: ClassVar[str] = "{by} tested {subject} again with {test} on {build}: {result}"
    defect_id: int = internal()
    test: str
    build: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectDiscussed(Event):
    action: ClassVar[str] = "defect.discussed"
    sentence: ClassVar[str] = "{by} wrote about {subject}: {text}"
    defect_id: int = internal()
    text: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectOwned(Event):
    action: ClassVar[str] = "defect.owned"
    sentence: ClassVar[str] = "{by} made {owner} the owner of {subject}, priority {priority}"
    defect_id: int = internal()
    owner: str
    priority: str
