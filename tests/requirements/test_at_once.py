"""Two people import the same files at the same time: everything comes in once."""

import threading

from tests.requirements.steps import requirements
from tests.requirements.texts import BILLING, ORDERS
from tests.world import World
from uatapp.kernel.db import db
from uatapp.requirements import archives, imports
from uatapp.requirements.intake import Filing


def test_two_imports_at_once(world: World) -> None:
    actors = [world.actor("analyst"), world.actor("analyst2")]
    db.session.rollback()
    results: list[dict[str, object]] = []
    ready = threading.Barrier(2)

    def work(number: int) -> None:
        with world.app.app_context():
            upload = archives.Upload({"orders.feature": ORDERS, "billing.feature": BILLING}, whole=True)
            project = world.project
            ready.wait()
            results.append(imports.import_upload(project, upload, Filing(), by=actors[number]).result)
            db.session.remove()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(result["created"]) for result in results) == ["0", "3"]
    assert len(requirements(world)) == 3
