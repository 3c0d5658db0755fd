"""What is needed to check a sign-off years later without us: one ZIP with the paper, the trail, keys and a verifier."""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from flask import Blueprint, g, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.accounts.turns import one_at_a_time
from uatapp.audit import queries as audit
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound, Refused
from uatapp.kernel.permissions import Permission
from uatapp.kernel.seal import CHECKPOINT, PUBLIC_KEYS, SIGNATURES, SNAPSHOT, check_pdf
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import certificates, check_bundle, events, queries
from uatapp.signoffs.models import Signoff
from uatapp.web.access import requires

bp = Blueprint("bundle", __name__, url_prefix="/projects/<key:project>/signoffs")
READ_ME = """What is in this folder belongs to certificate {number}.

certificate.pdf    the sealed certificate           snapshot.json    the frozen scope that was signed
signatures.json    who signed what, and when        evidence.json    names and fingerprints of files of evidence
events.jsonl       the audit trail of the project   checkpoint.txt   the signed note on it that the certificate prints
keys.pem           the public keys                  check_bundle.py  checks all of it: python check_bundle.py

Take keys.pem from the installation by another way as well and compare: whoever could forge all the files could forge this one.
"""


@bp.post("/<int:number>/bundle.zip")
@requires(Permission.AUDIT_READ)
def take(project: Project, number: int) -> ResponseReturnValue:
    """Give everything that is needed to check a certificate elsewhere, as a ZIP; that it was taken is told."""
    signoff = queries.get_signoff(project.id, number)
    with one_at_a_time("bundle", g.actor):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
        name = write(file, project, signoff)
    with unit_of_work(g.actor):
        subject = f"{project.key}-S{number}"
        record(events.BundleTaken(project_id=project.id, subject=subject, by=g.actor, number=name))
    file.seek(0)
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=f"{name}.zip")


def write(file: IO[bytes], project: Project, signoff: Signoff) -> str:
    """Write the ZIP; return the certificate's number. Refuses (NotFound, Refused) where there is no paper yet."""
    row = queries.find_certificate(signoff.id)
    stored = queries.find_file(row.id) if row else None
    if row is None:
        raise NotFound
    if stored is None:
        raise Refused(_("The certificate is being made. It is ready in a moment; open this page again."))
    number, paper = row.number, storage.get(stored.sha256)
    carried = check_pdf(paper, [certificates.keys().public_pem]).attachments
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", READ_ME.format(number=number))
        bundle.writestr("certificate.pdf", paper)
        for name in (SNAPSHOT, SIGNATURES, CHECKPOINT, PUBLIC_KEYS):
            bundle.writestr(name, carried[name])
        bundle.writestr("evidence.json", json.dumps(json.loads(carried[SNAPSHOT])["evidence"], ensure_ascii=False))
        bundle.write(str(Path(check_bundle.__file__)), "check_bundle.py")
        with bundle.open("events.jsonl", "w", force_zip64=True) as trail:
            for line in audit.lines(db.engine, project.key):
                trail.write(line.encode())
    return number
