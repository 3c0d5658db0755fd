"""What roles and sides are called on pages."""

from flask_babel import lazy_gettext as _l

from uatapp.kernel.permissions import Role, Side

ROLES = {
    Role.ANALYST: _l("Business analyst"),
    Role.TESTER: _l("Tester"),
    Role.SUPER_USER: _l("Super user"),
    Role.DEPARTMENT_HEAD: _l("Department head"),
    Role.LEAD: _l("Lead"),
    Role.ENGINEER: _l("Engineer"),
    Role.PROJECT_MANAGER: _l("Project manager"),
    Role.SPONSOR: _l("Sponsor"),
    Role.AUDITOR: _l("Auditor"),
}
DUTIES = {
    Role.ANALYST: _l("Writes and imports requirements."),
    Role.TESTER: _l("Tries the software and records what happens."),
    Role.SUPER_USER: _l("Tests too, and helps the testers of a unit."),
    Role.DEPARTMENT_HEAD: _l("Approves the requirements of a unit."),
    Role.LEAD: _l("Says what each problem is, and who fixes it."),
    Role.ENGINEER: _l("Fixes problems."),
    Role.PROJECT_MANAGER: _l("Plans cycles, invites people, asks for sign-off."),
    Role.SPONSOR: _l("Decides and signs."),
    Role.AUDITOR: _l("Reads everything, changes nothing."),
}
SIDES = {Side.CUSTOMER: _l("Customer"), Side.PARTNER: _l("Partner")}
