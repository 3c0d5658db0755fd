"""Use cases about members, on both databases."""

from dataclasses import replace

import pytest

from tests.accounts.reading import actions, link_in, mails_to
from tests.world import World
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import founding, members, queries
from uatapp.projects.models import Membership


def _invite(world: World, by: str, email: str, *roles: Role, unit: str = "") -> Membership:
    actor = world.actor(by)
    with unit_of_work(actor):
        of = world.unit(unit) if unit else None
        return members.invite(world.project, email, "Nora New", roles, by=actor, unit=of)


def _member(world: World, name: str) -> Membership:
    return queries.get_member(world.project.id, world.user(name).uid)


def test_a_project_manager_invites_to_the_own_side(world: World) -> None:
    _invite(world, "manager", "nora@example.com", Role.TESTER, Role.SUPER_USER, unit="Billing")
    found = next(m for m in queries.list_members(world.project.id) if m.user.email == "nora@example.com")
    assert found.side is Side.CUSTOMER
    assert found.unit is not None
    assert found.unit.name == "Billing"
    assert {row.role for row in found.roles} == {Role.TESTER, Role.SUPER_USER}
    assert found.user.organisation is not None
    assert found.user.organisation.name == "Nordwind"
    assert "/invitation/" in link_in(mails_to("nora@example.com")[0])
    assert actions()[-3:] == ["user.added", "member.added", "user.invited"]
    _invite(world, "partner_manager", "ole@example.com", Role.ENGINEER)
    assert people.find_user("ole@example.com").organisation.name == "Halden"  # type: ignore[union-attr]


def test_a_known_person_of_the_same_organisation_is_just_added(world: World) -> None:
    with unit_of_work(SYSTEM):
        user = accounts.add_user("known@example.com", "Kim Known", by=SYSTEM, organisation=world.project.customer)
        accounts.set_password(user, "violet teapot ankle", how="set", by=SYSTEM)
    _invite(world, "manager", "Known@Example.com", Role.AUDITOR)
    assert people.find_user("known@example.com").name == "Kim Known"  # type: ignore[union-attr]
    assert link_in(mails_to("known@example.com")[0]) == "/projects/PAY/"


def test_a_person_of_another_organisation_is_refused(world: World) -> None:
    for by in ("manager", "partner_manager"):
        with pytest.raises(Invalid) as refusal:
            _invite(world, by, "stranger@example.com", Role.AUDITOR)
        assert "email" in refusal.value.fields
    with pytest.raises(Refused):
        _invite(world, "manager", "tester@example.com", Role.ANALYST)


@pytest.mark.parametrize("by", ["analyst", "tester", "sponsor", "lead"])
def test_nobody_else_invites(world: World, by: str) -> None:
    with pytest.raises(NotAllowed):
        _invite(world, by, "nora@example.com", Role.TESTER)


@pytest.mark.parametrize(("by", "role"), [("manager", Role.LEAD), ("partner_manager", Role.TESTER), ("manager", None)])
def test_roles_of_the_other_side_are_refused(world: World, by: str, role: Role | None) -> None:
    with pytest.raises(Invalid) as refusal:
        _invite(world, by, "nora@example.com", *([role] if role else []))
    assert "roles" in refusal.value.fields


def test_roles_and_unit_change(world: World) -> None:
    actor = world.actor("manager")
    with unit_of_work(actor):
        member = queries.get_member(world.project.id, world.user("tester").uid, lock=True)
        members.change(world.project, member, (Role.SUPER_USER, Role.ANALYST), world.unit("Billing"), by=actor)
    assert {row.role for row in _member(world, "tester").roles} == {Role.SUPER_USER, Role.ANALYST}
    assert world.actor("tester").standings[world.project.id].unit_id == world.unit("Billing").id
    assert actions()[-1] == "member.changed"
    with pytest.raises(NotAllowed), unit_of_work(actor):
        members.change(world.project, _member(world, "lead"), (Role.ENGINEER,), None, by=actor)


def test_the_last_project_manager_of_a_side_stays(world: World) -> None:
    actor = world.actor("manager")
    for act in (
        lambda m: members.remove(world.project, m, by=actor),
        lambda m: members.change(world.project, m, (Role.SPONSOR,), None, by=actor),
    ):
        with pytest.raises(Refused), unit_of_work(actor):
            act(_member(world, "manager"))
    with unit_of_work(actor):
        members.change(world.project, _member(world, "sponsor"), (Role.SPONSOR, Role.PROJECT_MANAGER), None, by=actor)
    with unit_of_work(actor):
        members.remove(world.project, _member(world, "manager"), by=actor)
    with pytest.raises(NotFound):
        _member(world, "manager")


def test_a_removed_member_knows_nothing_more_and_can_come_back(world: World) -> None:
    actor = world.actor("manager")
    with unit_of_work(actor):
        members.remove(world.project, _member(world, "sponsor"), by=actor)
    assert not world.actor("sponsor").is_member(world.project.id)
    row = queries.find_membership(world.project.id, world.user("sponsor").id)
    assert row is not None
    assert not row.may_sign
    _invite(world, "manager", "sponsor@example.com", Role.AUDITOR)
    assert world.actor("sponsor").standings[world.project.id].roles == {Role.AUDITOR}
    assert not world.actor("sponsor").standings[world.project.id].may_sign
    assert "member.returned" in actions()


def test_the_right_to_sign_is_the_customer_s_project_manager_s_to_give(world: World) -> None:
    for by in ("partner_manager", "sponsor"):
        actor = world.actor(by)
        with pytest.raises(NotAllowed), unit_of_work(actor):
            members.withdraw(world.project, _member(world, "sponsor"), by=actor)
    actor = world.actor("manager")
    with unit_of_work(actor):
        members.withdraw(world.project, _member(world, "sponsor"), by=actor)
    with unit_of_work(actor):
        members.grant(world.project, _member(world, "head"), by=actor)
    assert (_member(world, "sponsor").may_sign, _member(world, "head").may_sign) == (False, True)
    assert actions()[-2:] == ["member.signing_right_withdrawn", "member.signing_right_granted"]
    _invite(world, "manager", "nora@example.com", Role.SPONSOR)
    with pytest.raises(Refused), unit_of_work(actor):
        uid = people.find_user("nora@example.com").uid  # type: ignore[union-attr]
        members.grant(world.project, queries.get_member(world.project.id, uid), by=actor)


GIVEN = founding.Founded(
    key="NEW",
    name="New billing",
    customer="Nordwind",
    partners=("Brand New Partner", "Halden"),
    zone="Europe/Oslo",
    customer_manager=("Anders Vik", "manager@example.com"),
    partner_manager=("Petra Proud", "petra@example.com"),
)


def test_an_administrator_founds_a_project_with_its_parties(world: World) -> None:
    by = world.actor("admin")
    with unit_of_work(by):
        founding.found(GIVEN, by=by)
    project = queries.find_project("NEW")
    assert project is not None
    assert project.parties == "Nordwind × Brand New Partner × Halden"
    named = queries.list_managers([project.id])[project.id]
    assert named == [(Side.CUSTOMER, "Anders Vik"), (Side.PARTNER, "Petra Proud")]
    assert not world.actor("admin").is_member(project.id)
    assert link_in(mails_to("manager@example.com")[0]) == "/projects/NEW/"
    assert "/invitation/" in link_in(mails_to("petra@example.com")[0])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"key": "PAY"}, "key"),
        ({"key": "x"}, "key"),
        ({"name": " "}, "name"),
        ({"customer": "x" * 121}, "customer"),
        ({"partners": ("Nordwind",)}, "partners"),
        ({"partners": ()}, "partners"),
        ({"customer_manager": ("Stan", "stranger@example.com")}, "customer_email"),
        ({"partner_manager": ("", "petra@example.com")}, "partner_name"),
        ({"partner_manager": ("Petra", "petra")}, "partner_email"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_left(
    world: World, changed: dict[str, object], field: str
) -> None:
    by, before = world.actor("admin"), actions()
    with pytest.raises(Invalid) as refusal, unit_of_work(by):
        founding.found(replace(GIVEN, **changed), by=by)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]
    assert actions() == before
