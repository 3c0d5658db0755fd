"""What I have signed: every signatory's own copies, also after they have left the project."""

from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.kernel import storage
from uatapp.kernel.errors import NotFound, Refused
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Project
from uatapp.signoffs import papers
from uatapp.signoffs.labels import DECISIONS
from uatapp.signoffs.models import Certificate, Signature, SignatureFor, Signoff
from uatapp.web.access import requires

bp = Blueprint("signed", __name__, url_prefix="/signed")


@bp.get("/")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List what the viewer has signed, newest first, each with its fingerprint and the certificate."""
    statement: Any = (
        sa.select(Signature, Signoff, Project, Certificate, SignatureFor.for_name)
        .join(Signoff, Signoff.id == Signature.signoff_id)
        .join(Project, Project.id == Signature.project_id)
        .outerjoin(Certificate, Certificate.signoff_id == Signature.signoff_id)
        .outerjoin(SignatureFor, SignatureFor.signature_id == Signature.id)
        .where(Signature.user_id == g.actor.user_id)
        .order_by(Signature.id.desc())
    )
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".index", page=n))
    return render_template(
        "signoffs/signed.html", page=page, decisions=DECISIONS, addenda=papers.addenda(g.actor.user_id)
    )


@bp.get("/<code>/certificate.pdf")
@requires(Permission.SIGNED_IN)
def certificate(code: str) -> ResponseReturnValue:
    """Give a signatory the certificate or addendum of what they signed, whatever their role is now."""
    found = papers.find(g.actor.user_id, code)
    if found is None:
        raise NotFound
    if found.sha256 is None:
        raise Refused(_("The paper is being made. It is ready in a moment; open this page again."))
    name = f"{found.number.replace('/', '-')}.pdf"
    return send_file(BytesIO(storage.get_whole(found.sha256)), mimetype="application/pdf", download_name=name)
