"""The documents of the example: brought in, decided on by the heads, and changed later."""

from importlib.resources import files

import sqlalchemy as sa

from uatapp.demo.stage import Stage
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects import queries, service
from uatapp.projects.models import BusinessProcess, BusinessUnit
from uatapp.requirements import baselines, imports
from uatapp.requirements import service as requirements
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Requirement

# document → unit, business process; who approves for a unit
DOCUMENTS = {
    "order_entry.feature": ("Order entry", "Orders"),
    "billing.feature": ("Billing", "Invoices and reminders"),
    "warehouse.feature": ("Warehouse", "Picking and shipping"),
    "purchasing.feature": ("Purchasing", "Buying"),
    "returns.feature": ("Warehouse", "Returns"),
    "customer_service.feature": ("Customer service", "Calls and complaints"),
    "payments.feature": ("Billing", "Payments"),
    "versand.feature": ("Warehouse", "Picking and shipping"),
    "master_data.feature": ("Order entry", "Customers, articles and prices"),
}
LATE = "master_data.feature"  # comes in when the rest is approved
HEADS = {
    "Order entry": "head",
    "Billing": "billing_head",
    "Warehouse": "warehouse_head",
    "Purchasing": "manager",
    "Customer service": "manager",
}


def agree(stage: Stage) -> None:
    """Bring all documents in but the late one, let the heads approve them, and keep that as a baseline."""
    stage.day(-35)
    with stage.act("manager") as (_session, by):
        for process in dict.fromkeys(process for _unit, process in DOCUMENTS.values()):
            service.add_process(stage.project, process, by=by)
    for name in DOCUMENTS:
        if name != LATE:
            bring_in(stage, name, text_of(name))
    stage.day(-33, 10)
    for unit, head in HEADS.items():
        decide(stage, head, waiting(stage, unit))
    with stage.act("analyst") as (_session, by):
        baselines.name(stage.project, "Agreed for the first cycle", "As discussed with all three units.", by=by)


def text_of(name: str) -> bytes:
    """Return a document as it came in first."""
    return (files("uatapp.demo") / "documents" / name).read_bytes()


def bring_in(stage: Stage, name: str, content: bytes) -> None:
    """Let the analyst import one document."""
    project = stage.project
    unit, process = DOCUMENTS[name]
    found_unit = queries.find_named(BusinessUnit, project.id, unit)
    found_process = queries.find_named(BusinessProcess, project.id, process)
    filing = Filing(found_unit.id if found_unit else None, found_process.id if found_process else None)
    with clock.at(stage.moment):
        imports.import_upload(project, Upload({name: content}), filing, by=stage.actor("analyst"))


def waiting(stage: Stage, unit: str) -> dict[int, int]:
    """Return the requirements that wait in a unit's documents, with their newest versions."""
    project = stage.project
    found = queries.find_named(BusinessUnit, project.id, unit)
    statement = (
        sa.select(Requirement.number, Requirement.latest_number)
        .join(Requirement.document)
        .where(Requirement.project_id == project.id, Requirement.latest_number > Requirement.approved_number)
        .where(sa.column("unit_id") == (found.id if found else None))
        .order_by(Requirement.number)
    )
    return {number: latest for number, latest in db.session.execute(statement)}


def decide(stage: Stage, head: str, chosen: dict[int, int], action: str = "approve", reason: str = "") -> None:
    """Let a head decide on requirements."""
    with stage.act(head) as (_session, by):
        requirements.decide_many(stage.project, chosen, action, reason, by=by)
