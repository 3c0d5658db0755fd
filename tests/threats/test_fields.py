"""Fields that nobody asked for, odd values, the same name twice, and ids of elsewhere in every form."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from werkzeug.datastructures import MultiDict

from tests.threats import endpoints, forms
from tests.threats.forms import Sent
from tests.threats.test_foreign import MARKS, leaks
from tests.threats.two import Two, everything
from uatapp.kernel import clock
from uatapp.kernel.db import db

# a difference is one only if it comes back: now and then something drawn looks like a word, or the database's own
# clock reaches its next second
TRIES = range(3)
# what is drawn anew each time: tokens, hashes, public identities
DRAWN = re.compile(r"[\w$=,+/.@-]{16,}")


class Stage:
    """The full project, put back as it was before each form, at a time that stands still."""

    def __init__(self, two: Two) -> None:
        self.two, self.app = two, two.own.app
        self.path = Path(self.app.config["UATAPP"].home) / "uatapp.db"
        self.sent = forms.every(two.own)
        db.session.remove()
        db.engine.dispose()
        shutil.copy(self.path, self.path.with_suffix(".before"))

    def again(self) -> None:
        """Put the database back."""
        db.session.remove()
        db.engine.dispose()
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        shutil.copy(self.path.with_suffix(".before"), self.path)

    def send(self, form: Sent, fields: Any, query: Any = None) -> int:
        """Send a form as its person does; return the answer's status."""
        return self.two.own.client(form.who).post(form.path, data=fields, query_string=query).status_code

    def after(self, form: Sent, fields: Any, query: Any = None) -> tuple[int, list[list[str]]]:
        """Send a form to the database as it was; return the status, and all that is stored then."""
        self.again()
        status = self.send(form, fields, query)
        return status, [sorted(DRAWN.sub("…", repr(row)) for row in rows) for rows in everything().values()]


@pytest.fixture(scope="module")
def stage(two_projects: Two) -> Iterator[Stage]:
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        yield Stage(two_projects)


UNASKED = {
    **dict.fromkeys(("id", "project_id", "user_id", "tester_id", "reporter_id", "owner_id", "organisation_id"), "1"),
    **dict.fromkeys(("is_admin", "may_sign", "active", "in_use", "contested_once"), "1"),
    **dict.fromkeys(("state", "outcome_", "side", "role", "status"), "accepted"),
    **dict.fromkeys(("created_at", "submitted_at", "signed_at", "at", "decided_at"), "2001-01-01T00:00:00+00:00"),
    **dict.fromkeys(("created_by", "by", "by_name", "printed_name", "key_", "uid"), "somebody"),
    **dict.fromkeys(("snapshot", "check_code", "number", "version_", "run_count", "reopened_count"), "999"),
}


@pytest.mark.proves("T6", "T7")
def test_fields_nobody_asked_for_and_a_query_beside_the_form_change_nothing(stage: Stage) -> None:
    wrong = []
    for form in stage.sent:
        beside = {**UNASKED, **dict.fromkeys(form.fields, "1")}
        for _ in TRIES:
            plain, more = stage.after(form, form.fields), stage.after(form, {**UNASKED, **form.fields}, beside)
            if plain == more:
                break
        else:
            wrong.append(f"{form}: not as without them")
        if plain[0] not in (200, 303):
            wrong.append(f"{form}: {plain[0]}")
    assert not wrong


@pytest.mark.proves("T7")
def test_of_a_field_sent_twice_the_first_counts_or_the_whole_form_is_refused(stage: Stage) -> None:
    wrong = []
    for form in stage.sent:
        twice = [pair for name, value in form.fields.items() for pair in ((name, value), (name, _other(form, name)))]
        answers = ((stage.after(form, MultiDict(twice)), stage.after(form, form.fields)) for _ in TRIES)
        if not any(both[0] == 422 or both == once for both, once in answers):
            wrong.append(str(form))
    assert not wrong


def _other(form: Sent, name: str) -> str:
    """Return another value for a field; of what may be ticked several times, one that nothing has."""
    return "0" if (form.endpoint, name) == ("projects.add", "units") else "1"


ODD = (
    *("", " ", "-1", "0", "1e400", "1.5", "NaN", "true", "null", "[]", '{"$ne": ""}', "\u0663", "2147483648"),
    *("9" * 30, "9" * 5000, "x" * 30_000, "2026-13-40", "\ufffe", "%00", "../../etc/passwd", "O'Brien\"--"),
)


@pytest.mark.proves("T6")
def test_odd_values_are_refused_or_taken_as_text_and_break_nothing(stage: Stage, soak: bool) -> None:
    """Each field of each form in turn with odd values (some of them, all under soak), and as a file or a list."""
    wrong, turn = [], 0
    for form in stage.sent:
        stage.again()
        browser = stage.two.own.client(form.who)
        for name in form.fields:
            turn += 1
            values = ODD if soak else [ODD[(turn * 5 + n * 7) % len(ODD)] for n in range(2)]
            for value in (*values, (BytesIO(b"x"), "odd.txt")):
                answer = browser.post(form.path, data={**form.fields, name: value})
                if answer.status_code >= 500:
                    wrong.append(f"{form} {name}={value!r:.40}: {answer.status_code}")
            if browser.post(form.path, data={**form.fields, f"{name}[$ne]": "", f"{name}[]": "1"}).status_code >= 500:
                wrong.append(f"{form} {name}[]")
        if browser.post(form.path, json=form.fields).status_code >= 500:
            wrong.append(f"{form} as JSON")
    assert not wrong


@pytest.mark.proves("T6", "T32")
@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 20, "9" * 5000])
def test_numbers_no_row_can_have_lead_nowhere(stage: Stage, number: str) -> None:
    stage.again()
    app, wrong = stage.app, []
    numbers = {name: 424_242 for name, value in endpoints.NOTHING.items() if isinstance(value, int)}
    for line in endpoints.lines():
        rule = endpoints.rules(app)[line.endpoint]
        who = "admin" if line.who == "administrator" else min(endpoints.WHO.get(line.who, {"tester"}))
        if numbers.keys() & rule.arguments:
            path = endpoints.address(app, line.endpoint, {**endpoints.NOTHING, **numbers, "project": "PAY"})
            status = stage.two.own.client(who).open(path.replace("424242", number), method=line.method).status_code
            if status not in (404, 405) and line.endpoint not in ("runs.after_submit", "account.end_session"):
                wrong.append(f"{who}: {line} {status}")
    assert not wrong


def _foreign(two: Two) -> Iterator[tuple[str, str, list[tuple[str, Any]]]]:
    """Yield a form's endpoint, a field, and ids of the foreign project: alone, and mixed with those of one's own."""
    own, foreign = forms.Known(two.own), forms.Known(two.foreign)
    known = (
        *(("projects.invite", "unit", own.unit, foreign.unit), ("requirements.create", "unit", own.unit, foreign.unit)),
        ("requirements.create", "business_process", own.process, foreign.process),
        *(
            ("requirements.filing", "unit", own.unit, foreign.unit),
            ("requirements.filing", "process", "", foreign.process),
        ),
        ("requirements.file_report", f"unit-{own.report.documents[0]}", own.unit, foreign.unit),
        ("cycles.create", "environment", own.environment.id, foreign.environment.id),
        ("cycles.create", "build", own.build, foreign.build),
        ("cycles.save_scope", "cases", own.cases[0], foreign.cases[0]),
        ("cycles.save_assignments", "cases", own.case, foreign.cases[0]),
        ("cycles.save_assignments", "testers", own.members["tester2"], foreign.members["tester"]),
        ("cycles.change_assignment", "tester", own.members["tester2"], foreign.members["tester"]),
        ("cycles.deploy", "build", own.build, foreign.build),
        *(("defects.create", "run", own.failed, foreign.failed), ("defects.known", "run", own.failed, foreign.failed)),
        ("signoffs.create", "signatories", own.members["sponsor2"], foreign.members["sponsor"]),
    )
    many = ("cases", "testers", "signatories")
    for endpoint, name, mine, theirs in known:
        yield endpoint, name, [(name, theirs)]
        if name in many:
            yield endpoint, name, [(name, mine), (name, theirs)]
            yield endpoint, name, [(name, theirs), (name, mine)]


@pytest.mark.proves("T1")
def test_ids_of_a_foreign_project_in_a_form_refuse_it_whole(stage: Stage) -> None:
    stage.again()
    before, wrong = everything(), []
    sent = {form.endpoint: form for form in reversed(stage.sent)}
    for endpoint, name, given in list(_foreign(stage.two)):
        form = sent[endpoint]
        fields = MultiDict([*((k, v) for k, v in form.fields.items() if k != name), *given])
        answer = stage.two.own.client(form.who).post(form.path, data=fields)
        if answer.status_code not in (404, 422) or leaks(answer, *MARKS):
            wrong.append(f"{form} {given}: {answer.status_code}")
    assert not wrong
    assert everything() == before


@pytest.mark.proves("T1")
def test_a_foreign_problem_is_no_original_and_no_build_of_theirs_has_a_fix(stage: Stage) -> None:
    stage.again()
    before, lead = everything(), stage.two.own.client("lead")
    words = {"outcome": "duplicate", "reason": "same", "duplicate_of": "FOR-D1"}
    assert lead.post("/projects/PAY/defects/3/propose", data=words).status_code == 422
    for build in ("zanzibar 1.1", "quetzal"):
        assert lead.post("/projects/PAY/defects/3/fix", data={"build": build, "note": "done"}).status_code == 422
    assert everything() == before
