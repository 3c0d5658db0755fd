"""Exit criteria that both sides agree, through the same use cases as people."""

from collections.abc import Sequence

from tests.world import World
from uatapp.criteria import rules, service, sets
from uatapp.criteria.rules import Criterion
from uatapp.cycles import queries as cycles
from uatapp.kernel.uow import unit_of_work


def propose(world: World, rows: Sequence[Criterion] = (), *, by: str = "manager", cycle: int = 0) -> int:
    """Propose criteria (the usual ones) for the project or a cycle; return the version's number."""
    with unit_of_work(world.actor(by)):
        project = world.project
        place = cycles.get_cycle(project.id, cycle) if cycle else None
        wanted = rows or rules.usual(project.pass_share)
        return service.propose(project, place, wanted, by=world.actor(by)).number


def decide(
    world: World, number: int, action: str = "agree", *, by: str = "partner_manager", cycle: int = 0, reason: str = ""
) -> None:
    """Answer a proposal."""
    with unit_of_work(world.actor(by)):
        project = world.project
        place = cycles.get_cycle(project.id, cycle) if cycle else None
        service.decide(project, place, number, action, reason, by=world.actor(by))


def agree(world: World, rows: Sequence[Criterion] = (), *, cycle: int = 0) -> None:
    """Let both sides agree criteria; without rows, the usual ones, if nothing is agreed yet."""
    if rows or not sets.in_force(world.project):
        answers = "partner_manager" if "partner_manager" in world.user_ids else "partner_sponsor"
        decide(world, propose(world, rows, cycle=cycle), by=answers, cycle=cycle)
