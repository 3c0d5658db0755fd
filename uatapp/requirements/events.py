"""What happens to documents and requirements."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsImported(Event):
    """Documents came in or were saved; `items` names each document version and requirement with what happened."""

    action: ClassVar[str] = "requirements.imported"
    sentence: ClassVar[str] = (
        "{by} brought in {documents} documents: {created} requirements new, {edited} changed, "
        "{renamed} renamed, {moved} moved, {removed} removed, {unchanged} unchanged"
    )
    documents: int
    created: int
    unchanged: int
    edited: int
    renamed: int
    moved: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineNamed(Event):
    """What is agreed was kept under a name; `items` names each requirement with its version."""

    action: ClassVar[str] = "baseline.named"
    sentence: ClassVar[str] = "{by} kept {count} agreed requirements as {subject}, “{name}”"
    count: int
    name: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRuleSwitched(Event):
    """A rule about better requirements counts in the project from now on, or no longer; `now` is on or off."""

    action: ClassVar[str] = "requirements.quality_rule_switched"
    sentence: ClassVar[str] = "{by} switched the rule {rule} about better requirements {now}"
    rule: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFiled(Event):
    """A document was given another business unit or process."""

    action: ClassVar[str] = "document.filed"
    sentence: ClassVar[str] = "{by} put {subject} under the unit {unit} and the process {process}"
    unit: str
    process: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSentForReview(Event):
    action: ClassVar[str] = "requirement.sent_for_review"
    sentence: ClassVar[str] = "{by} sent version {number} of {subject} for review"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementChangesRequested(Event):
    action: ClassVar[str] = "requirement.changes_requested"
    sentence: ClassVar[str] = "{by} asked for changes to version {number} of {subject}: {reason}"
    number: int
    reason: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementVersionApproved(Event):
    action: ClassVar[str] = "requirement.approved"
    sentence: ClassVar[str] = "{by} approved version {number} of {subject}"
    requirement_id: int = internal()
    version_id: int = internal()
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRetired(Event):
    action: ClassVar[str] = "requirement.retired"
    sentence: ClassVar[str] = "{by} retired {subject}, which its document no longer has"
    requirement_id: int = internal()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementKept(Event):
    """A head refused the retirement: the requirement goes on counting."""

    action: ClassVar[str] = "requirement.kept"
    sentence: ClassVar[str] = "{by} kept {subject}, although its document no longer has it: {reason}"
    reason: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRestored(Event):
    action: ClassVar[str] = "requirement.restored"
    sentence: ClassVar[str] = "{by} brought {subject} back"
    requirement_id: int = internal()
