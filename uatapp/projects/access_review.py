"""Who has which access: every account with its roles and the right to sign, on a page and as a file to sign off elsewhere.

Administrators see names, roles and projects' keys, never a project's content. Taking the file is told.
"""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from uatapp.accounts import queries as people
from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.events import AccessReviewed
from uatapp.projects.labels import ROLES, SIDES
from uatapp.projects.models import Membership, Project
from uatapp.web.access import requires
from uatapp.web.downloads import save_as

bp = Blueprint("access_review", __name__, url_prefix="/administration/access")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """Show everybody with an account, and what they may do where."""
    page = page_of(people.people(), number_of(request.args.get("page")), lambda n: url_for(".index", page=n))
    held = memberships([user.id for user, *_rest in page.rows])
    return render_template("administration/access.html", page=page, held=held, roles=ROLES, account=account_of)


@bp.post("/")
@requires(Permission.ADMINISTER)
def take() -> ResponseReturnValue:
    """Give the whole list as an Excel file; that it was taken is an entry of the audit trail."""
    with unit_of_work(g.actor):
        rows = list(lines())
        signing = sum(1 for row in rows if row[8])
        told = AccessReviewed(project_id=None, subject="access", by=g.actor, lines=len(rows), signing=signing)
        record(told)
    answer = Response(workbook(rows), mimetype=XLSX)
    save_as(answer, f"access {clock.today('UTC').isoformat()}.xlsx")
    return answer


def memberships(user_ids: Collection[int]) -> dict[int, list[tuple[str, Membership]]]:
    """Return what these people are in which project, by its key."""
    statement = (
        sa.select(Project.key, Membership)
        .join(Project, Project.id == Membership.project_id)
        .where(Membership.user_id.in_(user_ids), Membership.removed_at.is_(None))
        .options(selectinload(Membership.roles), joinedload(Membership.unit))
        .order_by(Project.key)
    )
    found: dict[int, list[tuple[str, Membership]]] = {}
    for key, member in db.session.execute(statement):
        found.setdefault(member.user_id, []).append((key, member))
    return found


def account_of(user: User) -> str:
    """Say what state an account is in."""
    if not user.password:
        return str(_("Invited"))
    return str(_("Active")) if user.active else str(_("No access"))


def columns() -> list[tuple[str, int]]:
    """Return headings and widths of the file."""
    return [
        (_("Organisation"), 24), (_("Name"), 26), (_("Mail"), 32), (_("Account"), 12), (_("Administrator"), 14),
        (_("Project"), 10), (_("Side"), 12), (_("Roles"), 40), (_("May sign"), 10), (_("Unit"), 20), (_("Last here"), 22),
    ]  # fmt: skip


def lines() -> Iterator[tuple[str, ...]]:
    """Yield a line for each membership, and one for each account that has none, by organisation and name."""
    rows = db.session.execute(people.people()).all()
    held = memberships([user.id for user, *_rest in rows])
    yes = str(_("yes"))
    ordered = sorted(rows, key=lambda row: (row[0].organisation.name if row[0].organisation else "", row[0].name))
    for user, seen, _second_step in ordered:
        organisation = user.organisation.name if user.organisation else ""
        admin = yes if user.is_admin else ""
        last = clock.iso(seen)[:16].replace("T", " ") + " UTC" if seen else ""
        whose = (organisation, user.name, user.email, account_of(user), admin)
        for key, member in held.get(user.id, []):
            yield (
                *whose,
                key,
                str(SIDES[member.side]),
                _roles(member),
                yes if member.may_sign else "",
                _unit(member),
                last,
            )
        if user.id not in held:
            yield (*whose, "", "", "", "", "", last)


def _roles(member: Membership) -> str:
    has = {row.role for row in member.roles}
    return ", ".join(str(words) for role, words in ROLES.items() if role in has)


def _unit(member: Membership) -> str:
    return member.unit.name if member.unit else ""


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write the list into an xlsx file; text is never a formula."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "access.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            bold, sheet = book.add_format({"bold": True}), book.add_worksheet(_("Access"))
            sheet.freeze_panes(1, 0)
            for column, (words, width) in enumerate(columns()):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, words, bold)
            for number, row in enumerate(rows, 1):
                for column, text in enumerate(row):
                    sheet.write_string(number, column, text)
        return path.read_bytes()
