"""What may happen once happens once, however many ask at the same moment; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine

from tests.accounts.reading import actions
from tests.signoffs.test_signing import bound, closed_cycle, request, sign, state
from tests.threats.together import at_once
from tests.world import PASSWORD, World
from uatapp.accounts import queries as people
from uatapp.accounts.service import is_password
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.models import Membership
from uatapp.projects.queries import find_membership
from uatapp.signoffs import identity, queries
from uatapp.signoffs.models import Certificate, Signature, SigningNonce
from uatapp.signoffs.states import SignoffState


def _told(world: World, act: Callable[[], object]) -> str:
    """Do it as a request of its own would; say what came of it."""
    with world.app.app_context():
        try:
            act()
        except DomainError as refusal:
            return type(refusal).__name__
        finally:
            db.session.remove()
    return "done"


def _count(table: type, *where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


@pytest.mark.proves("T40")
def test_the_same_signature_sent_many_times_at_once_is_one(world: World, soak: bool) -> None:
    closed_cycle(world)
    number = request(world, "sponsor")
    seen = bound(world, "sponsor", number)
    db.session.remove()
    press = partial(_told, world, partial(sign, world, "sponsor", number, **seen))
    told = at_once([press] * (50 if soak else 6))
    assert told.count("done") == 1
    assert set(told) <= {"done", "Denied", "Refused"}
    assert (_count(Signature), _count(Certificate)) == (1, 1)
    assert _count(SigningNonce, SigningNonce.used_at.is_not(None)) == 1
    assert actions().count("signoff.signed") == 1
    assert state(world, number) is SignoffState.ACCEPTED


@pytest.mark.proves("T40", "T17")
def test_an_invitation_taken_up_many_times_at_once_makes_one_member(world: World, soak: bool) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        members.invite(world.project, "nora@example.com", "Nora New", {Role.TESTER}, by=by)
    with unit_of_work(by):
        user = people.find_user("nora@example.com")
        assert user is not None
        member = find_membership(world.project.id, user.id)
        assert member is not None
        link = members.invite_again(world.project, member, by=by, mail=False).removeprefix("http://localhost")
        user_id = user.id
    count = 12 if soak else 3
    browsers = [world.client() for _ in range(count)]
    passwords = [f"violet teapot ankle {n}" for n in range(count)]
    db.session.remove()
    forms = [{"name": f"Nora {n}", "password": p, "password_confirm": p} for n, p in enumerate(passwords)]
    answers = at_once([partial(b.post, link, data=form) for b, form in zip(browsers, forms, strict=True)])
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [303] + [404] * (count - 1)
    winner = codes.index(303)
    assert [is_password(people.get_user(user_id), p) for p in passwords] == [n == winner for n in range(count)]
    assert people.get_user(user_id).name == f"Nora {winner}"
    assert _count(Membership, Membership.user_id == user_id) == 1
    assert actions().count("user.invitation_taken") == 1
    assert [b.get("/account").status_code == 200 for b in browsers] == [n == winner for n in range(count)]


@pytest.mark.proves("F22")
def test_a_right_withdrawn_while_one_signs_is_before_or_after_never_both(world: World, soak: bool) -> None:
    closed_cycle(world)
    by = world.actor("manager")
    for _round in range(20 if soak else 3):
        number = request(world, "sponsor")
        seen = bound(world, "sponsor", number)
        db.session.remove()
        acts = [partial(sign, world, "sponsor", number, **seen), partial(_withdraw, world)]
        told = at_once([partial(_told, world, act) for act in acts])
        assert told[1] == "done"
        signed = _count(Signature, Signature.signoff_reference == f"PAY-S{number}") == 1
        assert signed == (told[0] == "done")
        assert state(world, number) is (SignoffState.ACCEPTED if signed else SignoffState.LAPSED)
        order = [a for a in actions() if a in ("signoff.signed", "member.signing_right_withdrawn")][-2:]
        assert not signed or order == ["signoff.signed", "member.signing_right_withdrawn"]
        with unit_of_work(by):
            members.grant(world.project, _sponsor(world), by=by)


def _sponsor(world: World) -> Membership:
    found = find_membership(world.project.id, world.user_ids["sponsor"])
    assert found is not None
    return found


def _withdraw(world: World) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        members.withdraw(world.project, _sponsor(world), by=by)


@pytest.mark.proves("F22")
@pytest.mark.parametrize("how", [members.withdraw, members.remove])
def test_the_page_of_one_who_may_no_longer_sign_signs_nothing(world: World, how: Callable[..., None]) -> None:
    closed_cycle(world)
    number = request(world, "sponsor", "sponsor2")
    seen, browser = bound(world, "sponsor", number), world.client("sponsor")
    by = world.actor("manager")
    with unit_of_work(by):
        how(world.project, _sponsor(world), by=by)
    form = {
        "sha256": seen["seen_sha256"],
        "nonce": seen["nonce"],
        "decision": "accepted",
        "read": "1",
        "code": world.code("sponsor"),
    }
    answer = browser.post(f"/projects/PAY/signoffs/{number}/sign", data={**form, "password": PASSWORD})
    assert answer.status_code == (404 if how is members.remove else 409)
    assert _count(Signature) == 0


@pytest.mark.proves("F23", "E31")
def test_nobody_signs_while_the_clock_is_behind(world: World) -> None:
    start = datetime(2036, 3, 2, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as now:
        closed_cycle(world)
        number = request(world, "sponsor")
        now.move_to(start - timedelta(seconds=121))
        seen = bound(world, "sponsor", number)
        with pytest.raises(identity.Denied, match="clock is behind"):
            sign(world, "sponsor", number, **seen)
        assert _count(Signature) == 0
        now.move_to(start - timedelta(seconds=119))
        sign(world, "sponsor", number, **seen)
        newest = sa.select(sa.func.max(AuditEntry.at)).where(AuditEntry.chain == "PAY")
        assert db.session.scalar(newest) == start.isoformat(timespec="microseconds")
    assert len(queries.signatures(queries.get_signoff(world.project.id, number).id)) == 1
