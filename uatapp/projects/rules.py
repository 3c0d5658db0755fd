"""Who may change whom in a project. Pure; sentences are translated by callers."""

from collections.abc import Collection

from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.permissions import Permission, Role, Side

N_ = str
OWN_SIDE = N_("Each project manager looks after the people of the own side. Ask the other side’s project manager.")
LAST = N_("This side would have no project manager left. Give the role to somebody else first.")
CALENDARS = N_(
    "Only this organisation’s own project managers, or an administrator, change its calendar. Ask one of them."
)
SIGNERS = N_("Only the customer’s project manager gives and takes the right to sign.")


def why_not_manage(by: Actor, project_id: int, side: Side) -> str | None:
    """Say why this person may not invite or change members of a side."""
    if by.uid == SYSTEM.uid or by.has_role(project_id, Role.PROJECT_MANAGER, side=side):
        return None
    return OWN_SIDE


def why_not_lose_manager(had: Collection[Role], keeps: Collection[Role], managers: int) -> str | None:
    """Say why a member may not stop being a project manager."""
    loses = Role.PROJECT_MANAGER in had and Role.PROJECT_MANAGER not in keeps
    return LAST if loses and managers < 2 else None


def why_not_grant(by: Actor, project_id: int) -> str | None:
    """Say why this person may not give or take the right to sign."""
    allowed = by.uid == SYSTEM.uid or by.may(Permission.SIGNING_RIGHT_GRANT, project_id)
    return None if allowed else SIGNERS


def why_not_calendar(by: Actor, organisation: str) -> str | None:
    """Say why this person may not change an organisation's working days and holidays."""
    manages = any(Role.PROJECT_MANAGER in standing.roles for standing in by.standings.values())
    own = by.organisation == organisation and manages
    return None if by.uid == SYSTEM.uid or by.is_admin or own else CALENDARS
