"""Uploads that are taken back while others write."""

from tests.requirements.steps import bring_in, document
from tests.requirements.texts import ORDERS, edited
from tests.threats.together import at_once
from tests.world import World
from uatapp.kernel.db import db
from uatapp.kernel.errors import Refused, Stale
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements import editing, queries, uploads
from uatapp.requirements.intake import Filing

STEP = edited(ORDERS, "by mail", "by telephone")


def test_taking_back_against_a_save_is_one_story(world: World, soak: bool) -> None:
    """Whoever comes second is refused: a save is never taken back unseen, nor does one build on what is gone."""
    bring_in(world, {"orders.feature": ORDERS})
    project_id = world.project.id
    for number in range(30 if soak else 3):
        text = edited(STEP, "3 pieces", f"{number + 4} pieces")
        files = [("orders.feature", text)]
        by = world.actor("analyst")
        report_id = uploads.receive(world.project, files, Filing(), "orders.feature", uploads.Wish(), by=by)
        seen = document(world, "orders.feature").version_number
        db.session.remove()

        def take_back(report_id: int = report_id) -> bool:
            with world.app.app_context():
                project = db.session.get_one(Project, project_id)
                try:
                    uploads.undo(project, queries.get_report(project_id, report_id), by=world.actor("analyst"))
                except Refused:
                    return False
                return True

        def save(number: int = number, seen: int = seen) -> bool:
            with world.app.app_context():
                typed = editing.Text("orders.feature", ORDERS.decode() + f"\n  # {number}\n", seen)
                try:
                    with unit_of_work(world.actor("analyst2")):
                        editing.save(
                            db.session.get_one(Project, project_id), typed, Filing(), by=world.actor("analyst2")
                        )
                except Stale:
                    return False
                return True

        done = at_once([take_back, save])
        db.session.rollback()
        assert sum(done) == 1, number
        assert document(world, "orders.feature").version_number == seen + 1
