"""What the example's people arranged for signing: waves that go live together, a deputy, advice, the first paper."""

import sqlalchemy as sa

from uatapp.demo.stage import Stage
from uatapp.jobs import service as jobs
from uatapp.jobs.models import Job
from uatapp.kernel.db import db
from uatapp.projects import queries, waves
from uatapp.projects.models import BusinessUnit
from uatapp.signoffs import certificates, deputies, recommending
from uatapp.signoffs.states import Stance

WAVES = {
    "Wave 1: orders and money": ("Order entry", "Billing"),
    "Wave 2: goods": ("Warehouse", "Purchasing"),
}


def arrange(stage: Stage) -> None:
    """Name the waves; the operations director is away in three weeks, and the finance director signs for her."""
    with stage.act("manager") as (_session, by):
        project = stage.project
        for name, units in WAVES.items():
            found = [unit for unit in queries.list_named(BusinessUnit, project.id) if unit.name in units]
            waves.keep_wave(project, name, found, by=by)
    with stage.act("sponsor2") as (_session, by):
        project = stage.project
        away = queries.find_membership(project.id, stage.ids["sponsor2"])
        deputy = queries.find_membership(project.id, stage.ids["sponsor"])
        if away and deputy:
            period = (stage.date(21), stage.date(32))
            deputies.name(project, away, deputy, period, "On leave, without a phone", by=by)


def recommend(stage: Stage) -> None:
    """Both project managers say to the sponsors what they recommend."""
    for who, stance, words in (
        ("partner_manager", Stance.ACCEPT, "Billing and payments are as agreed. What is put off has a workaround."),
        ("manager", Stance.RESERVATIONS, "Accept billing now. Warehouse and purchasing need one more week."),
    ):
        with stage.act(who) as (_session, by):
            recommending.recommend(stage.project, stance, words, by=by)


def make_first_certificate() -> None:
    """Make the paper of the first certificate; mails and the other papers wait for the worker."""
    job_id = db.session.scalar(sa.select(Job.id).where(Job.kind == certificates.JOB).order_by(Job.id).limit(1))
    db.session.rollback()
    if job_id is not None:
        jobs.execute(job_id)
