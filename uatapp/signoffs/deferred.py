"""Deferred defects become conditions: whoever accepts for the customer says until when each is owed."""

from typing import Any

from flask_babel import gettext as _

from uatapp.kernel.permissions import Side
from uatapp.signoffs import owing, queries
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision

DEFERRED = "deferred"
CONDITIONS = 8  # as many as the form has


def uncovered(signoff: Signoff, document: dict[str, Any], choice: Choice | None = None) -> dict[str, str]:
    """Return the deferred defects of a frozen scope that no condition names yet: reference → title."""
    titles = {row["reference"]: row["title"] for row in document["defects"] if row["state"] == DEFERRED}
    texts = [row.text for row in queries.conditions(signoff.id)] if titles else []
    texts += [owed.text for owed in choice.conditions] if choice else []
    return {reference: titles[reference] for reference in owing.not_covered(titles, tuple(texts))}


def faults(signoff: Signoff, document: dict[str, Any], choice: Choice, side: Side) -> dict[str, str]:
    """Return what is wrong in an acceptance of the customer that leaves a deferred defect without a condition."""
    if side is not Side.CUSTOMER or choice.decision is Decision.REJECTED:
        return {}
    missing = uncovered(signoff, document, choice)
    if not missing:
        return {}
    reference, title = next(iter(missing.items()))
    words = _(
        "“%(title)s” (%(reference)s) was put off, so it is still owed. Accept with conditions, and write %(reference)s, "
        "who owes it and by when.", title=title, reference=reference,
    )  # fmt: skip
    return {"conditions": str(words)}


def suggested(signoff: Signoff, document: dict[str, Any]) -> dict[str, str]:
    """Return form fields that name each deferred defect as a condition: the day is left to the person."""
    titles = uncovered(signoff, document)
    ways = {row["reference"]: row["workaround"] for row in document["defects"]}
    if len(titles) > CONDITIONS:  # the form has so many rows: the last one names all that are left
        rest = [*titles][CONDITIONS - 1 :]
        titles = {key: titles[key] for key in [*titles][: CONDITIONS - 1]} | {", ".join(rest): _("put off")}
    fields: dict[str, str] = {}
    for number, (reference, title) in enumerate(titles.items(), 1):
        fields |= {
            f"condition-{number}": f"{reference}: {title}",
            f"owner-{number}": document["partners"][0] if document["partners"] else "",
            f"workaround-{number}": ways.get(reference, ""),
        }
    return fields
