"""Pages of administrators: work that failed, with "Try again"; in the worked example, the mail that went out."""

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.jobs import queries, service
from uatapp.kernel.errors import NotFound
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.web.access import requires

bp = Blueprint("jobs_pages", __name__, url_prefix="/administration")


@bp.get("/jobs")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """List the jobs that failed for good."""
    number = number_of(request.args.get("page"))
    page = page_of(queries.failed(), number, url=lambda n: url_for(".index", page=n))
    return render_template("jobs/index.html", page=page, waiting=queries.count_waiting(), administration_tabs=_tabs())


@bp.post("/jobs/<int:job_id>/try-again")
@requires(Permission.ADMINISTER)
def try_again(job_id: int) -> ResponseReturnValue:
    """Queue a failed job again."""
    with unit_of_work(g.actor):
        service.retry(job_id, by=g.actor)
    flash(_("It is queued again."), "done")
    return redirect(url_for(".index"), 303)


@bp.get("/mail")
@requires(Permission.ADMINISTER)
def mails() -> ResponseReturnValue:
    """List the mail that went out; only in the worked example, where the people are invented."""
    _only_in_the_example()
    number = number_of(request.args.get("page"))
    page = page_of(queries.mails(), number, url=lambda n: url_for(".mails", page=n))
    return render_template("jobs/mails.html", page=page, administration_tabs=_tabs())


@bp.get("/mail/<int:mail_id>")
@requires(Permission.ADMINISTER)
def mail(mail_id: int) -> ResponseReturnValue:
    """Show one mail as its recipient reads it; only in the worked example."""
    _only_in_the_example()
    return render_template("jobs/mail.html", mail=queries.get_mail(mail_id))


def _only_in_the_example() -> None:
    if not current_app.config["UATAPP"].worked_example:
        raise NotFound


def _tabs() -> list[tuple[str, str]]:
    offered = [
        ("administration.index", _("Projects")),
        ("administration.organisations", _("Organisations")),
        ("administration.users", _("People")),
        ("access_review.index", _("Access")),
        ("jobs_pages.index", _("Jobs")),
    ]
    if current_app.config["UATAPP"].worked_example:
        offered.append(("jobs_pages.mails", _("Outgoing mail")))
    return [(endpoint, words) for endpoint, words in offered if endpoint in current_app.view_functions]
