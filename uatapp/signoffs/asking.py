"""Asking for a decision: what is asked about, who signs, how many are enough; frozen in the same moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from uatapp.cycles.models import Cycle
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import Base, db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Side
from uatapp.kernel.references import Kind, take, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import events, freeze, order, rules, scopes
from uatapp.signoffs.models import Signatory, Signoff, SignoffQuorum
from uatapp.signoffs.still import Read

SIDES = {Side.CUSTOMER: "customer", Side.PARTNER: "partner"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a request is asked: about what part, in order, how many of a side are enough, until when."""

    scope: scopes.Scope = field(default=scopes.WHOLE)
    in_order: bool = False
    quorum: Mapping[Side, int] = field(default_factory=dict)
    decide_by: date | None = None


def ask(
    project: Project,
    title: str,
    cycles: Sequence[Cycle],
    members: Sequence[Membership],
    terms: Terms,
    *,
    by: Actor,
    ahead: Read | None = None,
) -> Signoff:
    """Ask for a decision: freeze the scope and name who signs.

    `ahead` is what `look_ahead` read of the same scope, so that nobody else has to wait while that is done.

    Refuses open cycles, an empty part, people without the right to sign, more signatures than are asked for, and
    a request that no customer's signatory decides.
    """
    order.decide(project.id)
    for member in members:
        db.session.refresh(member, ["may_sign"])  # it may have been withdrawn while we waited
    _check(project, title, cycles, members, terms)
    signoff = Signoff(project_id=project.id, number=take(project.id, Kind.SIGNOFF), title=" ".join(title.split()))
    signoff.requested_by_id, signoff.in_order, signoff.decide_by = by.user_id or 0, terms.in_order, terms.decide_by
    db.session.add(signoff)
    db.session.flush()
    rows = [*_seats(signoff, members), *_quorum(signoff, members, terms), *scopes.store(signoff, terms.scope, cycles)]
    db.session.add_all(rows)
    db.session.flush()
    snapshot = freeze.freeze(project, signoff, cycles, by=by, ahead=ahead)
    told = events.SignoffRequested(
        project_id=project.id,
        subject=written(project.key, Kind.SIGNOFF, signoff.number),
        by=by,
        signoff_id=signoff.id,
        cycles=tuple(cycle.name for cycle in cycles),
        signatories=tuple(member.user.name for member in members),
        snapshot=snapshot.sha256,
        scope=terms.scope.kind.value,
    )
    record(told, signoff, snapshot, *rows)
    return signoff


def look_ahead(project: Project, cycles: Sequence[Cycle], members: Sequence[Membership], scope: scopes.Scope) -> Read:
    """Read a scope outside a unit of work, as `ask` would freeze it."""
    signer_ids = [member.user_id for member in members]
    return freeze.look(project, [cycle.id for cycle in cycles], signer_ids, scope.area)


def _seats(signoff: Signoff, members: Sequence[Membership]) -> list[Base]:
    common = {"project_id": signoff.project_id, "signoff_id": signoff.id}
    return [Signatory(**common, user_id=m.user_id, position=n, side=m.side) for n, m in enumerate(members, 1)]


def _quorum(signoff: Signoff, members: Sequence[Membership], terms: Terms) -> list[Base]:
    """Return a row for each side of which fewer than all are enough."""
    common = {"project_id": signoff.project_id, "signoff_id": signoff.id}
    asked = [member.side for member in members]
    return [
        SignoffQuorum(**common, side=side, least=least)
        for side, least in terms.quorum.items()
        if least < asked.count(side)
    ]


def _check(project: Project, title: str, cycles: Sequence[Cycle], members: Sequence[Membership], terms: Terms) -> None:
    fields = {}
    if not 1 <= len(" ".join(title.split())) <= 120:
        fields["title"] = _("Say in 1 to 120 characters what is to be accepted.")
    fields |= scopes.faults(project, terms.scope, cycles)
    if not any(member.side is Side.CUSTOMER for member in members):
        fields["signatories"] = _("Choose at least one person of the customer who decides.")
    for member in members:
        if not member.may_sign:
            fields["signatories"] = _("%(name)s does not have the right to sign.", name=member.user.name)
    quorum = rules.quorum_faults([member.side for member in members], terms.quorum)
    fields |= {name: _(text) for name, text in quorum.items()}
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
