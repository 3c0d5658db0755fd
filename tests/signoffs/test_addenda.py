"""The paper of an act: rendered and sealed as certificates are, verifiable with and without the installation."""

from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from tests.factories import signing
from tests.world import World
from uatapp.kernel import storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.signoffs import acts, addenda, certificates
from uatapp.signoffs.models import AddendumFile
from uatapp.signoffs.states import ActKind


def test_an_addendum_is_printed_sealed_stored_once_and_verified(site: World, tmp_path: Path) -> None:
    number = signing.accepted(site, "sponsor", choice=signing.owed("Page numbers on invoices", "Interest rate of 2027"))
    evidence = (("invoice.txt", b"page 1 of 2\n"),)
    signing.on_condition(site, "partner_manager", number, "report", "Done in 1.2", files=evidence)
    signing.on_condition(site, "sponsor", number, "close", "Seen on ten invoices")
    signing.close_condition(site, number, 2)
    act = signing.open_act(site, "sponsor", number, ActKind.CLOSING)
    signing.sign_act(site, "sponsor", number, act)
    row = addenda.find(acts.get_act(signing.get(site, number), act)[0].id)
    assert row is not None
    row_id, code = row.id, row.check_code
    addenda.render(row_id)
    addenda.render(row_id)
    file = db.session.query(AddendumFile).one()
    data = storage.get(file.sha256)
    (tmp_path / "addendum.pdf").write_bytes(data)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)
    for words in (
        "Conditions Fulfilled",
        "UAT-PAY-S1/1",
        "Follows",
        "Henrik Dahl",
        "Seen on ten invoices",
        "invoice.txt",
    ):
        assert words in _plain(text)
    report = verify(Options(certificate=tmp_path / "addendum.pdf", evidence=True))
    assert report.findings == []
    (tmp_path / "changed.pdf").write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
    assert verify(Options(certificate=tmp_path / "changed.pdf")).findings
    upload = {"file": (BytesIO(data), "addendum.pdf")}
    assert "This file is genuine" in site.client().post(f"/check/{code}", data=upload).get_data(as_text=True)
    answer = site.client("auditor").get(f"/projects/PAY/signoffs/{number}/acts/{act}/addendum.pdf")
    assert answer.data == data


@pytest.mark.parametrize("kind", [ActKind.RECONFIRMATION, ActKind.WITHDRAWAL])
def test_the_other_kinds_are_printed_with_what_was_signed(site: World, kind: ActKind) -> None:
    number = signing.accepted(site, "sponsor", "partner_sponsor")
    if kind is ActKind.RECONFIRMATION:
        signing.change_a_requirement(site)
    act = signing.open_act(site, "sponsor", number, kind, "Invoices were sent twice")
    signing.sign_act(site, "sponsor", number, act, {"PAY-R1": "Only a label"})
    if kind is ActKind.RECONFIRMATION:
        signing.sign_act(site, "partner_sponsor", number, act)
    row = addenda.find(acts.get_act(signing.get(site, number), act)[0].id)
    assert row is not None
    with unit_of_work(SYSTEM):
        facts = addenda.printable(row, certificates.checkpoints.make("PAY", certificates.keys()).note)
    data = addenda.sealed(facts, certificates.keys())
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)
    wanted = {
        ActKind.RECONFIRMATION: ("Acceptance Reconfirmed", "you save the new order", "Only a label", "Percy Ash"),
        ActKind.WITHDRAWAL: ("Acceptance Withdrawn", "Invoices were sent twice"),
    }
    for words in wanted[kind]:
        assert words in _plain(text)


def _plain(text: str) -> str:
    """Undo the line breaks of the page."""
    return " ".join(text.split())
