"""The second step as use cases, on both databases: kept safely, each code once, gone at once when it is reset."""

import re
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.accounts.reading import actions, link_in, mails_to
from tests.threats.together import at_once
from tests.threats.two import everything
from tests.world import PASSWORD, World
from uatapp.accounts import codes, factors, guessing, queries, rules, service, worked_example
from uatapp.accounts.factors import Judged
from uatapp.accounts.models import RecoveryCode, SecondFactor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused, TooMany
from uatapp.kernel.uow import Untold, unit_of_work

pytestmark = pytest.mark.proves("T22")
MANY = 50


@pytest.fixture(scope="module")
def recovery() -> codes.Recovery:
    return codes.new_recovery()


def _set_up(world: World, name: str, recovery: codes.Recovery) -> str:
    """Give somebody a second step of their own; return its secret as it is kept."""
    secret, actor = codes.new_secret(), world.actor(name)
    first = codes.code_at(secret, codes.step_at(datetime.now(UTC)))
    with unit_of_work(actor):
        factors.set_up(world.user(name), secret, first, recovery, by=actor)
    return secret


def _judge(world: World, name: str, code: str, password: str | None = PASSWORD) -> Judged:
    db.session.rollback()
    return factors.judge(world.user(name), password, code, by=world.actor(name))


def test_codes_are_those_of_the_standard(on_sqlite: World) -> None:
    """The vectors of RFC 6238, appendix B, in six digits."""
    secret = codes.kept_secret(b"12345678901234567890")
    seconds = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}
    assert {at: codes.code_at(secret, at // 30) for at in seconds} == seconds


def test_a_code_counts_in_its_own_step_and_the_ones_beside_it(on_sqlite: World) -> None:
    secret, now = codes.new_secret(), datetime(2026, 3, 2, 8, 0, 12, tzinfo=UTC)
    step = codes.step_at(now)
    found = {n: codes.step_of(secret, codes.code_at(secret, step + n), now) for n in range(-3, 4)}
    assert found == {-3: None, -2: None, -1: step - 1, 0: step, 1: step + 1, 2: None, 3: None}
    assert all(codes.step_of(secret, odd, now) is None for odd in ("", "12345", "1234567", "abcdef", "-12345", "٤" * 7))


@given(st.text(max_size=100))
def test_whatever_is_typed_is_read_without_a_fault(text: str) -> None:
    read = codes.typed(text)
    assert len(read) <= codes.LONGEST * 18
    assert codes.typed("123 456") == codes.typed("123-456") == codes.typed("１２３４５６") == "123456"


def test_secret_and_recovery_codes_cannot_be_read_from_the_database(world: World, recovery: codes.Recovery) -> None:
    secret = _set_up(world, "tester", recovery)
    key = codes.show(secret, "tester@example.com").key.replace(" ", "")
    held = str(everything())
    assert key not in held
    for code in recovery.codes:
        assert code not in held
        assert code.replace(" ", "") not in held
    assert len({*recovery.codes}) == len({*recovery.hashes}) == 10
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", recovery.codes[0])
    assert actions()[-1] == "user.second_factor_set_up"
    assert "set up" in mails_to("tester@example.com")[-1].subject


def test_a_second_step_never_changes_untold(world: World) -> None:
    with pytest.raises(Untold), unit_of_work(world.actor("sponsor")) as session:
        session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == world.user_ids["sponsor"]))
    with pytest.raises(Untold), unit_of_work(world.actor("sponsor")) as session:
        session.add(RecoveryCode(factor_id=1, code_hash="0"))
    assert queries.find_factor(world.user_ids["sponsor"]) is not None


def test_each_code_works_once_and_only_with_the_password(world: World, recovery: codes.Recovery) -> None:
    with time_machine.travel("2026-03-02T08:00:12+00:00", tick=False) as now:
        secret = _set_up(world, "tester", recovery)
        step = codes.step_at(datetime.now(UTC))
        used, following, early = (codes.code_at(secret, step + n) for n in (0, 1, 2))
        assert _judge(world, "tester", used) is Judged.USED, "the one it was set up with"
        assert _judge(world, "tester", following, "wrong") is Judged.WRONG
        assert _judge(world, "tester", early) is Judged.WRONG
        assert _judge(world, "tester", following) is Judged.CODE, "a wrong password had not used it up"
        assert _judge(world, "tester", following) is Judged.USED
        now.shift(24 * 3600)
        assert _judge(world, "tester", following) is Judged.WRONG
        fresh = codes.code_at(secret, codes.step_at(datetime.now(UTC)))
        assert _judge(world, "tester", f" {fresh[:3]} {fresh[3:]} ") is Judged.CODE


def test_fifty_at_once_with_one_code_and_one_gets_in(world: World) -> None:
    code = world.code("sponsor")

    def one() -> Judged:
        with world.app.app_context():
            return factors.judge(world.user("sponsor"), None, code, by=world.actor("sponsor"))

    found = at_once([one] * MANY)
    assert (found.count(Judged.CODE), found.count(Judged.USED)) == (1, MANY - 1)


def test_recovery_codes_work_once_each_and_are_told(world: World, recovery: codes.Recovery) -> None:
    _set_up(world, "tester", recovery)

    def one() -> Judged:
        with world.app.app_context():
            return factors.judge(world.user("tester"), None, recovery.codes[0], by=world.actor("tester"))

    found = at_once([one] * 8)
    assert (found.count(Judged.RECOVERY_CODE), found.count(Judged.WRONG)) == (1, 7)
    assert _judge(world, "tester", recovery.codes[1].replace(" ", "-")) is Judged.RECOVERY_CODE
    assert _judge(world, "tester", "0000 0000 0000 0000") is Judged.WRONG
    assert actions().count("user.recovery_code_used") == 2
    assert "8 are left" in mails_to("tester@example.com")[-1].text
    again = codes.new_recovery()
    with unit_of_work(world.actor("tester")):
        factors.renew_recovery(world.user("tester"), again, by=world.actor("tester"))
    assert _judge(world, "tester", recovery.codes[2]) is Judged.WRONG
    assert _judge(world, "tester", again.codes[2]) is Judged.RECOVERY_CODE


def test_a_code_recognised_before_the_reset_is_not_taken_after_it(world: World) -> None:
    claim = factors.find_claim(world.user_ids["sponsor"], world.code("sponsor"))
    assert claim is not None
    with unit_of_work(world.actor("admin")):
        factors.reset(world.user("sponsor"), by=world.actor("admin"))
    with unit_of_work(world.actor("sponsor")):
        assert not factors.take(claim, world.user("sponsor"), by=world.actor("sponsor"))


def test_a_reset_leaves_nothing_that_the_administrator_or_a_thief_could_use(world: World) -> None:
    open_elsewhere, code = world.client("sponsor"), world.code("sponsor")
    admin = world.actor("admin")
    with pytest.raises(Refused, match="your own"), unit_of_work(admin):
        factors.reset(world.user("admin"), by=admin)
    with pytest.raises(Refused, match="has no second step"), unit_of_work(admin):
        factors.reset(world.user("tester"), by=admin)
    with unit_of_work(admin):
        factors.reset(world.user("sponsor"), by=admin)
    assert _judge(world, "sponsor", code) is Judged.WRONG
    assert not service.is_password(world.user("sponsor"), PASSWORD)
    assert open_elsewhere.get("/account").status_code == 303
    mail = mails_to("sponsor@example.com")[-1]
    assert "Ada Admin has reset" in mail.text
    assert link_in(mail).startswith("/invitation/")
    assert actions()[-2:] == ["user.second_factor_reset", "user.invited"]
    assert factors.lacks(world.actor("sponsor")), "and cannot sign before it is set up again"


def test_who_must_have_one_cannot_remove_it(world: World, recovery: codes.Recovery) -> None:
    for name, words in {"sponsor": "may sign for your organisation", "admin": "Administrators need"}.items():
        with pytest.raises(Refused, match=words), unit_of_work(world.actor(name)):
            factors.remove(world.user(name), by=world.actor(name))
    _set_up(world, "tester", recovery)
    with unit_of_work(world.actor("tester")):
        factors.remove(world.user("tester"), by=world.actor("tester"))
    assert queries.find_factor(world.user_ids["tester"]) is None
    assert actions()[-1] == "user.second_factor_removed"


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(world: World) -> None:
    def one() -> bool:
        with world.app.app_context():
            try:
                return guessing.attempt("code", "somebody") > 0
            except TooMany:
                return False

    assert at_once([one] * 20).count(True) == rules.FREE_TRIES
    with time_machine.travel(time.time() + 15, tick=False):
        assert one()


def test_wrong_proofs_before_a_change_are_counted_and_told(world: World) -> None:
    for n in range(5):
        with pytest.raises(Invalid, match="do not fit"):
            factors.prove(world.user("sponsor"), PASSWORD, f"00000{n}", by=world.actor("sponsor"))
    with pytest.raises(TooMany):
        factors.prove(world.user("sponsor"), PASSWORD, world.code("sponsor"), by=world.actor("sponsor"))
    assert actions().count("user.tries_told") == 1
    assert "change the second step" in mails_to("sponsor@example.com")[-1].text
    assert "Henrik Dahl" in mails_to("admin@example.com")[-1].text


@pytest.mark.parametrize(
    ("needed", "admin", "signer", "anybody"),
    [("signatories", True, True, False), ("everybody", True, True, True), ("nobody", False, False, False)],
)
def test_who_must_have_one_is_the_installations_setting(needed: str, admin: bool, signer: bool, anybody: bool) -> None:
    must = rules.must_have_second_factor
    assert must(needed, is_admin=True, may_sign=False) is admin
    assert must(needed, is_admin=False, may_sign=True) is signer
    assert must(needed, is_admin=False, may_sign=False) is anybody


def test_people_are_told_when_waiting_begins_and_then_at_each_tenth_try() -> None:
    assert [n for n in range(41) if rules.is_time_to_tell(n)] == [5, 10, 20, 30, 40]


def test_only_the_worked_example_shows_codes_and_only_of_its_own_people(
    on_sqlite: World, recovery: codes.Recovery
) -> None:
    world = on_sqlite
    with unit_of_work(world.actor("tester")):
        worked_example.set_up(world.user("tester"), recovery)
    assert worked_example.code_of(world.user("tester")) == worked_example.first_code(world.user("tester")) == ""
    key = worked_example.key_of("tester@example.com")
    assert not codes.is_secret(worked_example.new_secret(world.user("tester")), key)
    world.app.config["UATAPP"].worked_example = True
    shown = worked_example.code_of(world.user("tester"))
    assert re.fullmatch(r"\d{3} \d{3}", shown)
    assert worked_example.code_of(world.user("sponsor")) == "", "a secret that is not the example's"
    assert _judge(world, "tester", shown) is Judged.CODE
