"""Criteria in words: the sentence that both sides read and agree, and the short title beside the light."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from uatapp.criteria.rules import Change, Criterion, Kind
from uatapp.criteria.states import SetState
from uatapp.defects.labels import SEVERITIES
from uatapp.defects.states import Severity

N_ = str
# what certificates have called these from the beginning; translated where they are shown
TITLES = {
    "all_run": N_("Everything was tried on its present version"),
    "share_passed": N_("Enough tests passed"),
    "no_serious_defect": N_("No critical or major problem is open"),
    "no_retest": N_("Nothing waits to be tested again"),
}
KINDS: Mapping[Kind, object] = {
    Kind.SHARE_RUN: _l("Tests that were tried"),
    Kind.SHARE_PASSED: _l("Tests that passed"),
    Kind.ON_BUILD: _l("Results on the newest build"),
    Kind.STALE: _l("Tests that changed since they were tried"),
    Kind.DEFECTS: _l("Open problems"),
    Kind.RETESTS: _l("Tests that wait to be tried again"),
    Kind.UNCOVERED: _l("Requirements without a test"),
    Kind.OWN: _l("Something of your own, answered yes or no"),
}
TEMPLATES: Mapping[str, tuple[object, object]] = {
    "usual": (_l("Usual"), _l("Everything tried, most of it passed, nothing serious open, nothing left to try again.")),
    "strict": (_l("Strict"), _l("Also on the newest build, without minor problems, every requirement tested.")),
    "small": (_l("Small change"), _l("All tests passed, nothing serious open, nothing left to try again.")),
}
STATES: Mapping[SetState, tuple[str, object]] = {
    SetState.PROPOSED: ("info", _l("Waits for an answer")),
    SetState.AGREED: ("passed", _l("Agreed")),
    SetState.DECLINED: ("failed", _l("Declined")),
    SetState.WITHDRAWN: ("quiet", _l("Taken back")),
    SetState.REPLACED: ("quiet", _l("Replaced")),
}
SIDES: Mapping[str, object] = {"customer": _l("the customer"), "partner": _l("the partner")}
_FULL = 100


def title(row: Criterion) -> str:
    """Return the words beside the light: that of a usual criterion, an own one's words, else the sentence."""
    if row.kind is Kind.OWN:
        return row.text
    strict = row.bound == (_FULL if row.kind is Kind.SHARE_RUN else 0) or row.kind is Kind.SHARE_PASSED
    return TITLES[row.code] if strict and row.code in TITLES else sentence(row)


def sentence(row: Criterion) -> str:
    """Return the whole rule as one sentence."""
    return _SENTENCES[row.kind](row)


def difference(change: Change) -> str:
    """Say in one line what a proposal changes."""
    if change.before is None and change.after is not None:
        return str(_("New: %(rule)s", rule=sentence(change.after)))
    if change.after is None and change.before is not None:
        return str(_("Left out: %(rule)s", rule=sentence(change.before)))
    if change.before is None or change.after is None:
        return ""
    return str(_("Now: %(after)s Until now: %(before)s", before=sentence(change.before), after=sentence(change.after)))


def _where(row: Criterion) -> str:
    """Return what narrows a criterion, to be said behind a noun."""
    parts = [
        _("tagged %(tag)s", tag=row.tag) if row.tag else "",
        _("of the unit %(name)s", name=row.unit) if row.unit else "",
        _("of the process %(name)s", name=row.process) if row.process else "",
    ]
    return "".join(f" {part}" for part in parts if part)


def _run(row: Criterion) -> str:
    if row.bound == _FULL:
        return str(_("Every test%(where)s was tried on its present version.", where=_where(row)))
    words = _("At least %(n)s %% of the tests%(where)s were tried on their present version.",
              n=row.bound, where=_where(row))  # fmt: skip
    return str(words)


def _passed(row: Criterion) -> str:
    if row.bound == _FULL:
        return str(_("Every test%(where)s passed.", where=_where(row)))
    return str(_("At least %(n)s %% of the tests%(where)s passed.", n=row.bound, where=_where(row)))


def _on_build(row: Criterion) -> str:
    if row.bound == _FULL:
        return str(_("Every result%(where)s is on the newest build.", where=_where(row)))
    return str(_("At least %(n)s %% of the results%(where)s are on the newest build.", n=row.bound, where=_where(row)))


def _stale(row: Criterion) -> str:
    if not row.bound:
        return str(_("No test%(where)s has changed since it was tried.", where=_where(row)))
    sentence = ngettext(
        "At most one test%(where)s has changed since it was tried.",
        "At most %(num)s tests%(where)s have changed since they were tried.",
        row.bound,
        where=_where(row),
    )
    return str(sentence)


def _defects(row: Criterion) -> str:
    names = [str(SEVERITIES[Severity(name)][0]).lower() for name in row.severities]
    severity = _("%(first)s or %(last)s", first=", ".join(names[:-1]), last=names[-1]) if names[1:] else "".join(names)
    what = f"{severity} " if row.severities else ""
    if not row.bound:
        return str(_("No %(severity)sproblem%(where)s is open.", severity=what, where=_where(row)))
    return str(
        ngettext(
            "At most one %(severity)sproblem%(where)s is open.",
            "At most %(num)s %(severity)sproblems%(where)s are open.",
            row.bound,
            severity=what,
            where=_where(row),
        )
    )


def _retests(row: Criterion) -> str:
    if not row.bound:
        return str(_("No test%(where)s waits to be tried again.", where=_where(row)))
    sentence = ngettext(
        "At most one test%(where)s waits to be tried again.",
        "At most %(num)s tests%(where)s wait to be tried again.",
        row.bound,
        where=_where(row),
    )
    return str(sentence)


def _uncovered(row: Criterion) -> str:
    if not row.bound:
        return str(_("Every agreed requirement%(where)s has a test in this round.", where=_where(row)))
    sentence = ngettext(
        "At most one agreed requirement%(where)s has no test in this round.",
        "At most %(num)s agreed requirements%(where)s have no test in this round.",
        row.bound,
        where=_where(row),
    )
    return str(sentence)


def _own(row: Criterion) -> str:
    return str(_("%(text)s (a project manager of %(side)s says yes)", text=row.text, side=SIDES[row.side]))


_SENTENCES: Mapping[Kind, Callable[[Criterion], str]] = {
    Kind.SHARE_RUN: _run,
    Kind.SHARE_PASSED: _passed,
    Kind.ON_BUILD: _on_build,
    Kind.STALE: _stale,
    Kind.DEFECTS: _defects,
    Kind.RETESTS: _retests,
    Kind.UNCOVERED: _uncovered,
    Kind.OWN: _own,
}

__all__ = ["KINDS", "SIDES", "STATES", "TEMPLATES", "difference", "sentence", "title"]
