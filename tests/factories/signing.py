"""Sign-offs in a few calls, through the same use cases as people: accepted, with conditions, acts after signing."""

from datetime import date, timedelta

from tests.factories import flow
from tests.world import World
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.evidence import service as evidence
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.queries import find_membership
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import acts, identity, queries, register, service
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.rules import Choice, Owed
from uatapp.signoffs.states import ActKind, ActState, Decision, SignoffState

ACCEPT = Choice(Decision.ACCEPTED)
DUE = date(2099, 12, 31)


def owed(*texts: str, owner: str = "Halden", due_on: date = DUE) -> Choice:
    """Return an acceptance under conditions."""
    rows = tuple(Owed(text, owner, due_on, "By hand until then") for text in texts)
    return Choice(Decision.ACCEPTED_WITH_CONDITIONS, "", rows)


def closed_cycle(world: World, tests: int = 2) -> None:
    """Test some requirements in one cycle, and close it."""
    cycle = flow.open_cycle(world, flow.make_cases(world, tests))
    for assignment in flow.assignments(world):
        flow.run(world, assignment)
    flow.close(world, cycle)


def request(world: World, *names: str) -> int:
    """Ask people for a decision on the first cycle; return the request's number."""
    by = world.actor("manager")
    with unit_of_work(by):
        asked = [find_membership(world.project.id, world.user_ids[name]) for name in names]
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        return service.request(world.project, "Order entry", [cycle], [m for m in asked if m], by=by).number


def sign(world: World, name: str, number: int, choice: Choice = ACCEPT) -> None:
    """Let a person sign what they saw."""
    by = world.actor(name)
    with unit_of_work(by):
        signoff = queries.get_signoff(world.project.id, number)
        nonce = identity.issue_nonce(world.project, signoff, by=by)
        db.session.flush()
        seen = queries.get_snapshot(signoff.id).sha256
        service.sign(world.project, number, choice, seen_sha256=seen, nonce=nonce, by=by)


def accepted(world: World, *names: str, choice: Choice = ACCEPT, tests: int = 2) -> int:
    """Have a cycle tested and accepted by people; the first decides as given, the others accept."""
    closed_cycle(world, tests)
    number = request(world, *names)
    for name in names:
        sign(world, name, number, choice if name == names[0] else ACCEPT)
    return number


def on_condition(world: World, who: str, number: int, action: str, text: str = "", *, condition: int = 1,
                 files: tuple[tuple[str, bytes], ...] = ()) -> None:  # fmt: skip
    """Let a person report, close, send back or reopen a condition."""
    by = world.actor(who)
    with unit_of_work(by):
        row = register.get(world.project, number, condition, lock=True)
        taken = [evidence.take(world.project, name, data, by=by) for name, data in files]
        register.act(world.project, row, action, text, by=by, files=taken)


def close_condition(world: World, number: int, condition: int = 1) -> None:
    """Have a condition reported by the partner's manager and closed by the sponsor."""
    on_condition(world, "partner_manager", number, "report", "Done in 1.2", condition=condition)
    on_condition(world, "sponsor", number, "close", "Seen", condition=condition)


def open_act(world: World, who: str, number: int, kind: ActKind, reasons: str = "") -> int:
    """Open an act after signing; return its number."""
    by = world.actor(who)
    with unit_of_work(by):
        return acts.open_act(world.project, number, kind, reasons, by=by).number


def seen(world: World, who: str, number: int, act: int) -> dict[str, str]:
    """Return what the page of an act gives a person to post."""
    by = world.actor(who)
    with unit_of_work(by):
        signoff = queries.get_signoff(world.project.id, number)
        nonce = identity.issue_nonce(world.project, signoff, by=by)
        return {"seen_sha256": acts.get_act(signoff, act)[0].sha256, "nonce": nonce}


def sign_act(world: World, who: str, number: int, act: int, waived: dict[str, str] | None = None, **bound: str) -> None:
    """Let a person sign an act as it stands now, or as they saw it before."""
    bound = bound or seen(world, who, number, act)
    by = world.actor(who)
    with unit_of_work(by):
        acts.sign_act(world.project, number, act, waived or {}, by=by, **bound)


def get(world: World, number: int) -> Signoff:
    """Return a sign-off as the database has it now."""
    db.session.rollback()
    return queries.get_signoff(world.project.id, number)


def state(world: World, number: int) -> SignoffState:
    return get(world, number).state


def act_state(world: World, number: int, act: int) -> ActState:
    return acts.get_act(get(world, number), act)[1].state


def change_a_requirement(world: World, tests: int = 2) -> None:
    """Have the first requirement changed and approved; its test is to be done again."""
    flow.bring_in(world, flow.feature(tests).replace(b"you save the order", b"you save the new order", 1))


def retest_the_change(world: World, answer: StepAnswer = StepAnswer.AS_EXPECTED, name: str = "Cycle 2") -> None:
    """Test what changed in a cycle of its own."""
    cycle = flow.open_cycle(world, flow.cases(world)[:1], name=name)
    for assignment in [a for a in flow.assignments(world) if a.cycle_id == cycle.id]:
        remark = "" if answer is StepAnswer.AS_EXPECTED else "It does not say so"
        flow.run(world, assignment, answer, remark=remark)


def reopen(world: World, cycle: int = 1) -> None:
    """Open a closed cycle again."""
    with unit_of_work(world.actor("manager")):
        found = cycles.get_cycle(world.project.id, cycle, lock=True)
        cycling.take_action(world.project, found, "reopen", by=world.actor("manager"), reason="One test was forgotten")


def in_days(world: World, days: int) -> date:
    return clock.today(world.project.zone) + timedelta(days=days)
