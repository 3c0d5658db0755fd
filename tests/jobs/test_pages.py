"""Administrators see what failed and try it again; they read mail in the worked example only."""

import sqlalchemy as sa

from tests.world import World
from uatapp.jobs import service
from uatapp.jobs.models import Job, JobState, OutgoingMail
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work


def failed_job(title: str = "Certificate <b>UAT-PAY-S1</b>") -> int:
    with unit_of_work(SYSTEM) as session:
        row = Job(kind="test.none", args={}, dedupe=title, title=title, state=JobState.FAILED, attempts=3)
        row.error = "The file is gone."
        session.add(row)
        session.flush()
        return row.id


def test_without_failures_the_page_says_so(site: World) -> None:
    page = site.client("admin").get("/administration/jobs")
    assert page.status_code == 200
    assert "No job has failed" in page.text


def test_a_failed_job_is_shown_with_its_reason_and_tried_again(site: World) -> None:
    job_id = failed_job()
    client = site.client("admin")
    page = client.get("/administration/jobs").text
    assert "Certificate &lt;b&gt;UAT-PAY-S1&lt;/b&gt;" in page
    assert "The file is gone." in page
    answer = client.post(f"/administration/jobs/{job_id}/try-again")
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Job, job_id).state is JobState.QUEUED
    assert client.post(f"/administration/jobs/{job_id}/try-again").status_code == 409
    assert client.post("/administration/jobs/4711/try-again").status_code == 404


def test_only_administrators_see_jobs(site: World) -> None:
    for path in ("/administration/jobs", "/administration/mail"):
        assert site.client("manager").get(path).status_code == 403
        assert site.client().get(path).status_code == 303


def test_mail_is_read_in_the_worked_example_only(site: World) -> None:
    with unit_of_work(SYSTEM) as session:
        text = "Open http://localhost/join/abc <now>"
        session.add(OutgoingMail(message_id="m1", recipient="a@example.com", subject="Hello", text=text))
    mail_id = db.session.scalars(sa.select(OutgoingMail.id)).one()
    client = site.client("admin")
    assert client.get("/administration/mail").status_code == 404
    assert client.get(f"/administration/mail/{mail_id}").status_code == 404
    site.app.config["UATAPP"].worked_example = True
    assert "a@example.com" in client.get("/administration/mail").text
    page = client.get(f"/administration/mail/{mail_id}").text
    assert 'href="http://localhost/join/abc"' in page
    assert "&lt;now&gt;" in page
    assert client.get("/administration/mail/4711").status_code == 404


def test_many_jobs_come_in_pages(site: World) -> None:
    for number in range(60):
        failed_job(f"Job number {number}")
    assert service.run_due() == 0
    client = site.client("admin")
    assert "Job number 59" in client.get("/administration/jobs").text
    assert "Job number 0<" in client.get("/administration/jobs?page=2").text
