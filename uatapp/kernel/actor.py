"""Who acts: a frozen picture of a user and their memberships, made once per request or job."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uatapp.kernel.errors import NotAllowed
from uatapp.kernel.permissions import GRANTS, Permission, Role, Side


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user is in one project."""

    project_id: int
    side: Side
    roles: frozenset[Role]
    unit_id: int | None = None
    may_sign: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A user as rules see them. `uid` is their public, never reused identity."""

    user_id: int | None
    uid: str
    name: str
    organisation: str = ""
    is_admin: bool = False
    standings: Mapping[int, Standing] = field(default_factory=dict)
    request_id: str = ""

    def standing(self, project_id: int) -> Standing | None:
        """Return what this person is in a project, None for a stranger."""
        return self.standings.get(project_id)

    def is_member(self, project_id: int) -> bool:
        return project_id in self.standings

    def has_role(self, project_id: int, *roles: Role, side: Side | None = None) -> bool:
        """Say whether they hold one of the roles in the project (on that side, where given)."""
        standing = self.standings.get(project_id)
        return bool(standing and standing.roles & set(roles) and side in (None, standing.side))

    def may(self, permission: Permission, project_id: int | None = None) -> bool:
        """Say whether the table of permissions grants it."""
        if permission is Permission.SIGNED_IN:
            return self.user_id is not None
        if permission is Permission.ADMINISTER:
            return self.is_admin
        standing = self.standings.get(project_id or 0)
        return standing is not None and any((standing.side, role) in GRANTS[permission] for role in standing.roles)

    def require(self, permission: Permission, project_id: int | None = None) -> None:
        """Refuse with NotAllowed what the table does not grant."""
        if not self.may(permission, project_id):
            raise NotAllowed("Your role in this project does not include this. Your project manager can change that.")


SYSTEM = Actor(user_id=None, uid="system", name="uatapp")
