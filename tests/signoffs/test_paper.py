"""The paper of certificates is the installation's, fixed with the last signature, and page 1 fits on it."""

import io
import json

import pypdf
import rfc8785

from tests.signoffs.test_signing import bound, closed_cycle, request, sign
from tests.world import World
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db
from uatapp.signoffs import certificates, queries
from uatapp.signoffs.models import Certificate

LETTER = (612, 792)


def use_paper(world: World, paper: str) -> None:
    world.app.config["UATAPP"] = world.app.config["UATAPP"].model_copy(update={"paper": paper})


def sizes(data: bytes) -> set[tuple[int, int]]:
    boxes = [page.mediabox for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return {(round(float(box.width)), round(float(box.height))) for box in boxes}


def signed(world: World) -> Certificate:
    closed_cycle(world)
    number = request(world, "sponsor")
    sign(world, "sponsor", number, **bound(world, "sponsor", number))
    found = queries.find_certificate(queries.get_signoff(world.project.id, number).id)
    assert found is not None
    return found


def test_a_certificate_stays_on_the_paper_it_was_signed_on(site: World) -> None:
    use_paper(site, "letter")
    signed(site)
    use_paper(site, "a4")
    db.session.rollback()
    jobs.run_due()
    pdf = site.client("sponsor").get("/projects/PAY/signoffs/1/certificate.pdf").data
    assert sizes(pdf) == {LETTER}
    assert "Signed by" in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_certificate_from_before_the_setting_stays_on_a4(site: World) -> None:
    use_paper(site, "letter")
    row = signed(site)
    facts = json.loads(row.facts)
    assert facts.pop("paper") == "letter"
    old = Certificate(signoff_id=row.signoff_id, facts=rfc8785.dumps(facts))
    assert certificates.printable(row, "").paper == "letter"
    assert certificates.printable(old, "").paper == "a4"
