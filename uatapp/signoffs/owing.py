"""Decisions about what is owed: who the owner is, who reports, when to remind. Pure; they return reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from uatapp.kernel.actor import Standing
from uatapp.kernel.permissions import Role, Side

REMIND_BEFORE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owes a condition, as far as the name typed says: a member, an organisation, or nobody we know."""

    name: str
    side: Side | None = None
    user_id: int | None = None


def owner_of(name: str, known: Mapping[str, Owner]) -> Owner:
    """Return the member or organisation with this name; capitals and spaces around it do not matter."""
    return known.get(name.strip().casefold(), Owner(name))


def why_not_report(owner: Owner, standing: Standing | None, user_id: int | None) -> tuple[str, ...]:
    """Return why this person does not report a condition as done, empty when they may.

    The owner does, and a project manager of the owner's side; for an organisation, any of its side's members;
    where nobody has the name, either project manager.
    """
    if standing is None:
        return ("You are not in this project.",)
    if owner.user_id is not None and owner.user_id == user_id:
        return ()
    manages = Role.PROJECT_MANAGER in standing.roles
    if owner.side is None:
        return () if manages else (f"Nobody here is called “{owner.name}”, so a project manager reports it.",)
    if standing.side is owner.side and (manages or owner.user_id is None):
        return ()
    return (f"{owner.name} reports this, or the project manager of the same side.",)


def overdue_by(due_on: date, today: date) -> int:
    """Return by how many days something owed is late, 0 when it is not."""
    return max(0, (today - due_on).days)


def stage(due_on: date, today: date) -> int | None:
    """Return which reminder is due: 0 from three days before, then one for each week overdue; None when it is early."""
    if today < due_on - REMIND_BEFORE:
        return None
    late = overdue_by(due_on, today)
    return 0 if late == 0 else 1 + (late - 1) // 7


def not_covered(deferred: Mapping[str, str], texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the deferred defects (reference → title) that no condition's text names: deferring makes a condition."""
    return tuple(reference for reference in deferred if not any(_names(text, reference) for text in texts))


def _names(text: str, reference: str) -> bool:
    start = text.find(reference)
    while start >= 0:
        if not text[start + len(reference) : start + len(reference) + 1].isdigit():
            return True
        start = text.find(reference, start + 1)
    return False
