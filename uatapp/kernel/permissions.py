"""Who may do what: the roles and sides that hold each permission, as one table."""

from enum import StrEnum

CUSTOMER, PARTNER = "customer", "partner"


class Side(StrEnum):
    """The two sides of a project."""

    CUSTOMER = "customer"
    PARTNER = "partner"


class Role(StrEnum):
    """What a member is in a project; a membership may hold several."""

    ANALYST = "analyst"
    TESTER = "tester"
    SUPER_USER = "super_user"
    DEPARTMENT_HEAD = "department_head"
    LEAD = "lead"
    ENGINEER = "engineer"
    PROJECT_MANAGER = "project_manager"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"


CUSTOMER_ONLY = frozenset({Role.TESTER, Role.SUPER_USER, Role.DEPARTMENT_HEAD})
PARTNER_ONLY = frozenset({Role.LEAD, Role.ENGINEER})


def roles_of(side: Side) -> tuple[Role, ...]:
    """Return the roles that a member of a side can hold, in the order shown."""
    barred = PARTNER_ONLY if side is Side.CUSTOMER else CUSTOMER_ONLY
    return tuple(role for role in Role if role not in barred)


class Permission(StrEnum):
    """One thing that an endpoint lets people do. The last part says what, the first on what."""

    SIGNED_IN = "account.use"
    ADMINISTER = "installation.administer"
    PROJECT_READ = "project.read"
    MEMBERS_MANAGE = "members.manage"
    SIGNING_RIGHT_GRANT = "members.signing_right"
    PROJECT_SET_UP = "project.set_up"
    REQUIREMENTS_EDIT = "requirements.edit"
    REQUIREMENTS_APPROVE = "requirements.approve"
    SUSPECT_DECIDE = "testcases.decide"
    CYCLES_MANAGE = "cycles.manage"
    DEPLOY = "cycles.deploy"
    RUNS_SUBMIT = "runs.submit"
    RUNS_READ = "runs.read"
    DEFECT_RAISE = "defects.raise"
    DEFECT_WORK = "defects.work"
    DEFECT_DECIDE = "defects.decide"
    SIGNOFF_REQUEST = "signoffs.request"
    SIGNOFF_SIGN = "signoffs.sign"
    AUDIT_READ = "audit.read"


def _both(*roles: Role) -> frozenset[tuple[Side, Role]]:
    return frozenset((side, role) for side in Side for role in roles if role in roles_of(side))


def _customer(*roles: Role) -> frozenset[tuple[Side, Role]]:
    return frozenset((Side.CUSTOMER, role) for role in roles)


_EVERYBODY = _both(*Role)
_MANAGERS = _both(Role.PROJECT_MANAGER)
_WORKERS = _both(Role.LEAD, Role.ENGINEER)

# DESIGN.md, "Who may do what". What further depends on the object (one's own unit, one's own
# assignment, being a named signatory) is a rule of the feature, on top of this table.
GRANTS: dict[Permission, frozenset[tuple[Side, Role]]] = {
    Permission.PROJECT_READ: _EVERYBODY,
    Permission.MEMBERS_MANAGE: _MANAGERS,
    Permission.SIGNING_RIGHT_GRANT: _customer(Role.PROJECT_MANAGER),
    Permission.PROJECT_SET_UP: _MANAGERS,
    Permission.REQUIREMENTS_EDIT: _both(Role.ANALYST),
    Permission.REQUIREMENTS_APPROVE: _customer(Role.DEPARTMENT_HEAD, Role.PROJECT_MANAGER, Role.SPONSOR),
    Permission.SUSPECT_DECIDE: _customer(Role.ANALYST, Role.PROJECT_MANAGER),
    Permission.CYCLES_MANAGE: _MANAGERS,
    Permission.DEPLOY: _MANAGERS | _both(Role.LEAD),
    Permission.RUNS_SUBMIT: _customer(Role.TESTER, Role.SUPER_USER),
    Permission.RUNS_READ: _customer(*roles_of(Side.CUSTOMER)) | _MANAGERS | _both(Role.AUDITOR),
    Permission.DEFECT_RAISE: _customer(*roles_of(Side.CUSTOMER)),
    Permission.DEFECT_WORK: _WORKERS,
    Permission.DEFECT_DECIDE: _customer(*roles_of(Side.CUSTOMER)),
    Permission.SIGNOFF_REQUEST: _MANAGERS,
    Permission.SIGNOFF_SIGN: _EVERYBODY,
    Permission.AUDIT_READ: _MANAGERS | _both(Role.AUDITOR),
}
