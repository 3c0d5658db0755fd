"""Who signs proves it with password and code in the very request: both checked, one code for one signature."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest
import sqlalchemy as sa

from tests.accounts.reading import actions, mails_to
from tests.signoffs.test_signing import ACCEPT, bound, closed_cycle, request
from tests.threats.together import at_once
from tests.world import PASSWORD, World
from uatapp.accounts import factors, guessing
from uatapp.accounts import service as accounts
from uatapp.audit.models import AuditEntry
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, TooMany
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.signoffs import documents, identity, queries, service
from uatapp.signoffs.models import Certificate, Signature, SignatureProof
from uatapp.signoffs.states import Means

pytestmark = pytest.mark.proves("T22")
MANY = 50


def prove(world: World, number: int, password: str, code: str, name: str = "sponsor") -> None:
    db.session.rollback()
    identity.prove_identity(world.project, number, password, code, by=world.actor(name))


def signed(world: World, number: int, name: str = "sponsor") -> None:
    seen = bound(world, name, number)
    with unit_of_work(world.actor(name)):
        service.sign(world.project, number, ACCEPT, by=world.actor(name), agreed=True, **seen)


def count(model: type[Signature | SignatureProof]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def denied() -> list[str]:
    where = AuditEntry.action == "signoff.signing_denied"
    bodies = db.session.scalars(sa.select(AuditEntry.body).where(where).order_by(AuditEntry.id))
    return [json.loads(body)["facts"]["why"] for body in bodies]


def test_a_session_alone_signs_nothing(site: World) -> None:
    """E4 and E6: neither the cookie nor an earlier signature in the same session is enough."""
    closed_cycle(site)
    first, second = request(site, "sponsor"), request(site, "sponsor")
    browser = site.client("sponsor")

    def send(number: int, **proof: str) -> int:
        seen = bound(site, "sponsor", number)
        given = {"sha256": seen["seen_sha256"], "nonce": seen["nonce"], "decision": "accepted", "read": "1"}
        return browser.post(f"/projects/PAY/signoffs/{number}/sign", data={**given, **proof}).status_code

    assert send(first) == 422
    assert send(first, password=PASSWORD) == 422
    assert send(first, code=site.code("sponsor")) == 422
    assert (count(Signature), denied()) == (0, ["password or code"] * 3)
    used = site.code("sponsor")
    assert send(first, password=PASSWORD, code=used) == 303
    assert send(second) == 422
    assert send(second, password=PASSWORD, code=used) == 422
    assert count(Signature) == 1
    assert denied()[-1] == "used code"
    assert send(second, password=PASSWORD, code=site.code("sponsor")) == 303


def test_nobody_learns_which_of_the_two_was_wrong(world: World) -> None:
    closed_cycle(world)
    number, said = request(world, "sponsor"), []
    for password, code in (("wrong", "000000"), (PASSWORD, "000000"), ("wrong", world.code("sponsor"))):
        with pytest.raises(Invalid) as refusal:
            prove(world, number, password, code)
        said.append((refusal.value.message, refusal.value.fields))
    assert said[0] == said[1] == said[2]
    prove(world, number, PASSWORD, world.code("sponsor"))


def test_fifty_at_once_with_one_code_make_one_signature(world: World) -> None:
    """E5: each request has a sign-off and a one-time number of its own, and all have the same right code."""
    closed_cycle(world)
    numbers, code = [request(world, "sponsor") for _ in range(4)], world.code("sponsor")
    seen = {number: bound(world, "sponsor", number) for number in numbers}
    db.session.remove()

    def one(number: int) -> Callable[[], bool]:
        def run() -> bool:
            with world.app.app_context():
                by = world.actor("sponsor")
                try:
                    identity.prove_identity(world.project, number, PASSWORD, code, by=by)
                    with unit_of_work(by):
                        service.sign(world.project, number, ACCEPT, by=by, **seen[number])
                except (Invalid, TooMany):
                    return False
                return True

        return run

    assert at_once([one(numbers[n % 4]) for n in range(MANY)]).count(True) == 1
    assert (count(Signature), count(SignatureProof)) == (1, 1)


def test_five_wrong_tries_slow_signing_and_are_told(site: World) -> None:
    """E8: signing waits, person and administrator have a mail, and the account itself stays open."""
    closed_cycle(site)
    number = request(site, "sponsor")
    for n in range(5):
        with pytest.raises(Invalid):
            prove(site, number, PASSWORD, f"{n:06}")
    with pytest.raises(TooMany):
        prove(site, number, PASSWORD, site.code("sponsor"))
    assert denied() == ["password or code"] * 5
    assert actions().count("user.tries_told") == 1
    assert "tried 5 times to sign in your name" in mails_to("sponsor@example.com")[-1].text
    assert "sign as Henrik Dahl" in mails_to("admin@example.com")[-1].text
    given = {"email": "sponsor@example.com", "password": PASSWORD}
    assert site.client().post("/sign-in", data=given).location == "/sign-in/code"


def test_a_second_step_that_was_reset_signs_nothing_any_more(world: World) -> None:
    """E10 and E36: gone at once; what the administrator did lets nobody sign."""
    closed_cycle(world)
    number, code = request(world, "sponsor"), world.code("sponsor")
    with unit_of_work(world.actor("admin")):
        factors.reset(world.user("sponsor"), by=world.actor("admin"))
    with pytest.raises(identity.Denied, match="Set up your second step"):
        prove(world, number, PASSWORD, code)
    assert count(Signature) == 0


def test_a_reset_between_the_check_and_the_signature_refuses_it(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor")
    prove(world, number, PASSWORD, world.code("sponsor"))
    with unit_of_work(world.actor("admin")):
        factors.reset(world.user("sponsor"), by=world.actor("admin"))
    with pytest.raises(identity.Denied, match="Set up your second step"):
        signed(world, number)
    assert count(Signature) == 0


def test_a_signature_against_a_reset_comes_to_one_story(world: World, soak: bool) -> None:
    """E36 as a race: either signed before, or refused; never signed with a second step that was gone."""
    closed_cycle(world)
    for _round in range(40 if soak else 3):
        number, code = request(world, "sponsor"), world.code("sponsor")
        seen = bound(world, "sponsor", number)
        db.session.remove()

        def sign(number: int = number, code: str = code, seen: dict[str, str] = seen) -> bool:
            with world.app.app_context():
                by = world.actor("sponsor")
                try:
                    identity.prove_identity(world.project, number, PASSWORD, code, by=by)
                    with unit_of_work(by):
                        service.sign(world.project, number, ACCEPT, by=by, **seen)
                except (identity.Denied, Invalid):
                    return False
                return True

        def take_away() -> bool:
            with world.app.app_context(), unit_of_work(world.actor("admin")):
                factors.reset(world.user("sponsor"), by=world.actor("admin"))
                return True

        done, _reset = at_once([sign, take_away])
        db.session.rollback()
        rows = db.session.scalars(sa.select(Signature).where(Signature.signoff_reference == f"PAY-S{number}")).all()
        assert len(rows) == done
        assert world.user("sponsor").password is None
        again(world, "sponsor")


def again(world: World, name: str) -> None:
    """Let somebody begin anew after a reset; wrong tries are forgotten, or the next one would have to wait."""
    guessing.succeeded("sign", world.user(name).uid)
    with unit_of_work(SYSTEM):
        accounts.set_password(world.user(name), PASSWORD, how="reset", by=SYSTEM)
    world.code(name)


def test_a_proof_holds_for_one_signoff_only(world: World) -> None:
    closed_cycle(world)
    proved, other = request(world, "sponsor"), request(world, "sponsor")
    prove(world, proved, PASSWORD, world.code("sponsor"))
    signed(world, other)
    assert count(SignatureProof) == 0
    prove(world, proved, PASSWORD, world.code("sponsor"))
    signed(world, proved)
    assert queries.proofs(queries.get_signoff(world.project.id, proved).id) == {world.user("sponsor").uid: Means.CODE}


def _allow(world: World, name: str) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        member = find_membership(world.project.id, world.user_ids[name])
        assert member is not None
        members.grant(world.project, member, by=by)


def _facts() -> dict[str, str]:
    facts = json.loads(db.session.scalars(sa.select(Certificate.facts).order_by(Certificate.id.desc())).first() or b"")
    return {row["name"]: row["proved_with"] for row in facts["signatures"]}


def test_where_nobody_needs_one_the_certificate_says_what_was_checked(world: World) -> None:
    world.app.config["UATAPP"] = world.app.config["UATAPP"].model_copy(update={"second_factor": "nobody"})
    _allow(world, "head")
    closed_cycle(world)
    number = request(world, "head", "sponsor")
    with pytest.raises(Invalid, match="not your password"):
        prove(world, number, "wrong", "", "head")
    prove(world, number, PASSWORD, "", "head")
    signed(world, number, "head")
    with pytest.raises(Invalid, match="do not fit"):
        prove(world, number, PASSWORD, "")  # who has one is asked for it
    prove(world, number, PASSWORD, world.code("sponsor"))
    signed(world, number)
    assert _facts() == {"Hedda Holm": "password", "Henrik Dahl": "password_and_code"}


def test_a_decision_that_lacks_something_costs_no_code(site: World) -> None:
    closed_cycle(site)
    number, code = request(site, "sponsor"), site.code("sponsor")
    seen = bound(site, "sponsor", number)
    given = {"sha256": seen["seen_sha256"], "nonce": seen["nonce"], "read": "1", "password": PASSWORD, "code": code}
    path = f"/projects/PAY/signoffs/{number}/sign"
    browser = site.client("sponsor")
    page = browser.post(path, data={**given, "decision": "rejected"})
    assert (page.status_code, "Say why you reject" in page.text) == (422, True)
    assert code not in page.text
    assert browser.post(path, data={**given, "decision": "rejected", "reasons": "Not yet."}).status_code == 303


def test_certificates_of_before_are_recorded_as_they_were() -> None:
    old = {
        "name": "Henrik Dahl", "job_title": "", "organisation": "Nordwind", "side": "customer", "for_whom": None,
        "decision": "accepted", "statement": "I accept.", "statement_version": "1", "reasons": "",
        "at": "2026-03-02T08:00:00Z", "local": "", "snapshot_hash": "00",
    }  # fmt: skip
    row = documents.SignatureFacts(**old)  # type: ignore[arg-type]
    assert documents._recorded(row) == old
    assert asdict(row)["proved_with"] == ""
