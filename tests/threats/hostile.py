"""A project in which every field that a person can fill holds hostile words, typed through the forms and use cases."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from tests.factories import agreeing, flow, problems
from tests.threats import files
from tests.world import PASSWORD, World
from uatapp.accounts import service as accounts
from uatapp.accounts.models import KeptForm, User
from uatapp.criteria import answering, sets
from uatapp.criteria import rules as criteria
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.evidence import service as evidence
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.queries import find_membership
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import identity, queries

MARK = "Zq"
EVIL = "evil.invalid"
SHORT = f"{MARK}{{{{7*7}}}}'\"></textarea><svg/onload=alert(1)>"
EACH = (
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    f"{MARK}{{{{7*7}}}}",
    f"{MARK}${{7*7}}",
    "{% for x in 1 %}",
    "%(n)s %s {0}",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '![x](x" onerror=alert(1))',
    f'<a href="//{EVIL}">x</a>',
    f"<img src=http://{EVIL}/>",
    f"<style>@import'//{EVIL}'</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "\u2028alert(1)//\u2029",
    "javascript:alert(1)",
    "' onmouseover='alert(1)",
    "<template><b>x</b></template><base href=//evil.invalid/>",
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is typed: into fields of a line, and into fields that take more."""

    short: str
    long: str

    @property
    def tag(self) -> str:
        """Return the short words as one tag of a feature file."""
        return "@" + "".join(self.short.split()).replace("@", "").replace("#", "")


ALL_AT_ONCE = Words(SHORT, f"{SHORT} " + " ".join(EACH))


def _feature(words: Words, step: str) -> bytes:
    """Write a document that holds the words wherever Gherkin has room for some."""
    cell = words.short.replace("\\", "\\\\").replace("|", "\\|")
    return f"""Feature: {words.short}
  {words.long}

  Background: {words.short}
    Given the start {words.long}

  {words.tag} @must
  Scenario: One {words.short}
    {words.long}
    When {words.long}
      | head {cell} | b |
      | {cell} | c |
    Then {step} {words.long}
      \"\"\"{words.short.replace('"', "'")}
      {words.long}
      \"\"\"

  Rule: {words.short}
    {words.long}
    @must
    Scenario Outline: Two <a> {words.short}
      When it is <a>
      Then it is seen

      {words.tag}
      Examples: {words.short}
        {words.long}
        | a |
        | {cell} |
        | d |
""".encode()


def fill(world: World, words: Words) -> None:
    """Let each person of the world do their part, with these words in every field."""
    _people(world, words)
    _set_up(world, words)
    _requirements(world, words)
    _cycle(world, "First", words)
    _runs(world, words)
    _defects(world, words)
    _change(world, words)
    _decisions(world, words)
    _leftovers(world, words)


def _post(world: World, who: str, path: str, /, status: int = 303, **data: object) -> str:
    path = path if path.startswith("/") else f"/projects/PAY/{path}"
    uploads = data.pop("uploads", None)
    given = files.form({k: str(v) for k, v in data.items()}, uploads) if isinstance(uploads, list) else {"data": data}
    answer = world.client(who).post(path, **given)  # type: ignore[arg-type]
    assert answer.status_code == status, (path, answer.status_code, answer.text[-4000:])
    return answer.location or ""


def _people(world: World, words: Words) -> None:
    """Give people, parties and project the words as names; what has no form after its making is renamed in the table."""
    for name in world.user_ids:
        with unit_of_work(world.actor(name)):
            given = {"name": f"{name} {words.short}", "job_title": words.short, "zone": "Europe/Oslo", "look": "auto"}
            accounts.change_profile(world.user(name), by=world.actor(name), **given)
    for table in ("organisation", "project"):
        db.session.execute(sa.text(f"UPDATE {table} SET name = name || :words"), {"words": f" {words.short}"})
    db.session.commit()
    _post(world, "admin", "/administration/organisations", name=f"Other {words.short}")
    _post(world, "admin", "/administration/people", name=words.short, email="new.admin@example.com")
    founded = {
        "key": "NEW",
        "name": words.short,
        "customer": f"Third {words.short}",
        "partners": f"Fourth {words.short}",
    }
    people = {"customer_name": words.short, "customer_email": "c@example.com", "partner_name": words.short}
    more = {"zone": "Europe/Oslo", "partner_email": "p@example.com"}
    _post(world, "admin", "/administration/projects/new", **founded, **people, **more)
    _post(world, "manager", "members", name=words.short, email="invited@example.com", roles="tester", unit="")


def _set_up(world: World, words: Words) -> None:
    _post(world, "manager", "set-up/unit", name=words.short)
    _post(world, "manager", "set-up/process", name=words.short)
    given = {"address": f'https://example.com/"><svg/onload=alert(1)>{MARK}', "sign_in_hint": words.long}
    _post(world, "manager", "set-up/environment", name=words.short, test_data=words.long, **given)
    _post(world, "manager", "set-up/build", name=words.short, notes=words.long)


def _requirements(world: World, words: Words) -> None:
    """Bring a document in, filed under the hostile unit and process, beside one that cannot be read."""
    units, processes = world.unit(words.short), _id_of("business_process", words.short)
    name = f"{words.short.replace('/', '∕')}.feature"
    broken = f"Feature: x\n  {words.short}\n  Scenario: y\n    Wenn {words.long}\n".encode()
    sent = [(name, _feature(words, "you see")), (f"broken {name}", broken)]
    _post(world, "analyst", "requirements/upload", uploads=sent, unit=units.id, business_process=processes)
    flow.approve_all(world, "manager")
    given = {"path": f"second {name}", "source": f"Feature: {words.short}\n  {words.long}\n", "unit": 0}
    _post(world, "analyst", "requirements/new", business_process=0, version_number=0, **given)
    _post(world, "analyst", "requirements/baselines", name=words.short[:120], note=words.long[:4000])


def _id_of(table: str, name: str) -> int:
    statement = sa.text(f"SELECT id FROM {table} WHERE name = :name")
    return int(db.session.execute(statement, {"name": name}).scalar_one())


def _agreed(world: World, words: Words) -> None:
    """Both sides agreed a hostile criterion, answered with hostile words and a file."""
    if sets.in_force(world.project):
        return
    row, by = criteria.Criterion(criteria.Kind.OWN, text=words.short, side="customer"), world.actor("manager")
    agreeing.agree(world, (row, *criteria.usual(95)))
    with unit_of_work(by):
        file = evidence.take(world.project, f"{words.short}.txt", b"trained", by=by)
        answering.answer(world.project, row.code, True, words.long, by=by, files=[file])


def _cycle(world: World, name: str, words: Words) -> None:
    """Plan, fill, assign and open a cycle on the hostile test system and build; entry criteria as they fall."""
    today = clock.today(world.project.zone)
    given = {"environment": _id_of("environment", words.short), "build": _id_of("build", words.short)}
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=9)).isoformat()}
    at = _post(world, "manager", "cycles/new", name=f"{name} {words.short}"[:120], **given, **days)
    number = int(at.rstrip("/").split("/cycles/")[1].split("/")[0])
    _agreed(world, words)
    by, ids = world.actor("manager"), [case.id for case in flow.cases(world)]
    with unit_of_work(by):
        cycle = cycles.get_cycle(world.project.id, number, lock=True)
        cycling.change_scope(world.project, cycle, ids, by=by)
        members = [m for m in cycles.testers(world.project.id) if m.user_id == world.user_ids["tester"]]
        assigning.assign(world.project, cycle, ids, members, by=by)
        cycling.take_action(world.project, cycle, "open", by=by, reason=words.long)


def _runs(world: World, words: Words) -> None:
    """One test fails with a hostile file, one is blocked, one passed, taken back with a reason and passed again."""
    failed, blocked, again, *_rest = flow.assignments(world)
    for assignment_id in (failed.id, blocked.id):
        _start(world, assignment_id, words)
    run = flow.run(world, failed, StepAnswer.NOT_AS_EXPECTED, remark=words.long)
    problems.report(world, run, title=words.short)
    flow.run(world, blocked, StepAnswer.NOT_DONE, reason=words.long, remark=words.long)
    reference = flow.run(world, again, remark=words.long).reference
    _post(world, "tester", f"runs/{reference}/void", reason=words.long)
    flow.run(world, again, remark=words.long)


def _start(world: World, assignment_id: int, words: Words) -> None:
    """Open a test, type into it and attach a file with a hostile name."""
    _post(world, "tester", f"runs/start/{assignment_id}")
    typed: dict[str, object] = {"remark": words.long, "reason": words.long, "version": "1", "remark-2": words.long}
    typed["uploads"] = [(f"{words.short.replace('/', ' ')}.png", files.picture())]
    _post(world, "tester", f"runs/open/{assignment_id}/files", **typed)


def _defects(world: World, words: Words) -> None:
    """Every word that is said about a problem."""
    given: dict[str, object] = {"title": words.short, "description": words.long, "severity": "major"}
    given["uploads"] = [(f"{words.short.replace('/', ' ')}.txt", b"words")]
    _post(world, "tester", "defects/new", **given)
    for who, action, data in (
        ("lead", "comment", {"text": words.long}),
        ("lead", "severity", {"severity": "minor", "reason": words.long}),
        ("lead", "propose", {"outcome": "works_as_agreed", "reason": words.long, "sentence": words.long}),
        ("tester", "contest", {"reason": words.long}),
    ):
        _post(world, who, f"defects/2/{action}", **data)
    _post(world, "lead", "defects/1/accept", note=words.long)
    _post(world, "manager", "defects/1/defer", reason=words.long, workaround=words.long)


def _change(world: World, words: Words) -> None:
    """Change what was approved and tested, twice: earlier results stand for one, the other is still to be decided."""
    for step in ("you now see", "you then see"):
        document, version = db.session.execute(
            sa.text("SELECT id, version_number FROM document ORDER BY id")
        ).first() or (0, 0)
        given = {"source": _feature(words, step).decode(), "version_number": version, "path": ""}
        unit, process = world.unit(words.short).id, _id_of("business_process", words.short)
        _post(world, "analyst", f"requirements/documents/{document}/edit", unit=unit, business_process=process, **given)
        flow.approve_all(world, "manager")
        if step == "you now see":
            _post(world, "analyst", "tests/changed", chosen="1", decision="results_stand", reason=words.long)


def _decisions(world: World, words: Words) -> None:
    """A decision with conditions, waivers and reasons, and one that is still waited for, under a review window."""
    _window(world, words)
    _post(world, "manager", "cycles/1/close", reason=words.long)
    for who in ("sponsor", "sponsor2"):
        seat = find_membership(world.project.id, world.user_ids[who])
        given = {"title": words.short, "cycles": "1", "signatories": str(seat.id if seat else 0)}
        at = _post(world, "manager", "signoffs/new", **given)
        number = int(at.rstrip("/").rpartition("/")[2])
        _post(world, "manager", f"signoffs/{number}/note", text=words.long)
        if who == "sponsor":
            _sign(world, who, number, words)


def _window(world: World, words: Words) -> None:
    """Days off with hostile names, and words of a contract that both sides agreed."""
    _post(world, "manager", "calendar/holidays", days=f"2099-12-25 {' '.join(words.short.split())}"[:90])
    numbers = {"review_days": "10", "notice_days": "3", "rounds": "2"}
    _post(world, "manager", "signoffs/acceptance-window", clause=words.long, **numbers)
    _post(world, "partner_manager", "signoffs/acceptance-window/1/decline", reason=words.long)
    _post(world, "manager", "signoffs/acceptance-window", clause=words.long, **numbers)
    _post(world, "partner_manager", "signoffs/acceptance-window/2/agree")


def _sign(world: World, who: str, number: int, words: Words) -> None:
    with unit_of_work(world.actor(who)):
        signoff = queries.get_signoff(world.project.id, number)
        nonce = identity.issue_nonce(world.project, signoff, by=world.actor(who))
        snapshot = queries.get_snapshot(signoff.id)
        unmet = [row["code"] for row in queries.document_of(snapshot)["criteria"] if not row["met"]]
        seen = {"sha256": snapshot.sha256, "nonce": nonce, "read": "1", "password": PASSWORD}
    seen["code"] = world.code(who)
    due = clock.today(world.project.zone) + timedelta(days=30)
    owed = {
        "condition-1": f"PAY-D1 {words.long}",
        "owner-1": words.short,
        "due-1": due.isoformat(),
        "workaround-1": words.long,
    }
    waived = {f"waiver-{code}": words.long for code in unmet}
    decided = {"decision": "accepted_with_conditions", "reasons": words.long}
    _post(world, who, f"signoffs/{number}/sign", **seen, **owed, **waived, **decided)
    shown: dict[str, object] = {"uploads": [(f"{words.short.replace('/', ' ')}.png", files.picture())]}
    _post(world, "manager", f"signoffs/{number}/conditions/1/report", text=words.long, **shown)
    _post(world, who, f"signoffs/{number}/acts", kind="withdrawal", reasons=words.long)


def _leftovers(world: World, words: Words) -> None:
    """An open test with typed words in an open cycle, failed work, and a session named by a hostile browser."""
    _cycle(world, "Second", words)
    _start(world, flow.assignments(world)[-1].id, words)
    job = {"kind": words.short, "error": words.long, "title": words.short, "args": "{}", "dedupe": "x"}
    statement = "INSERT INTO job (kind, args, dedupe, state, attempts, lease, due_at, created_at, error, title) VALUES "
    values = "(:kind, :args, :dedupe, 'failed', 1, '', '2026-01-01 00:00:00', '2026-01-01 00:00:00', :error, :title)"
    db.session.execute(sa.text(statement + values), job)
    fields = [["name", words.short], ["notes", words.long]]
    db.session.add(
        KeptForm(user_id=world.user_ids["manager"], path="/projects/PAY/set-up/build", fields=fields, size=9, files=[])
    )
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User).where(User.name.contains(words.short)))
