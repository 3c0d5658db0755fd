"""A deputy's signature: what it may not rest on, and for whom it was given."""

from flask_babel import gettext as _

from uatapp.criteria import queries as criteria
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.signoffs import deputies, events, queries, scopes
from uatapp.signoffs.models import Deputy, SignatureFor, Signoff
from uatapp.signoffs.models import Signature as SignatureRow


def why_not(project: Project, signoff: Signoff, deputy: Deputy) -> str:
    """Say why somebody named after the request cannot sign it for another: it rests on what only they tried."""
    if deputy.named_at <= signoff.requested_at:
        return ""  # frozen with this person among the signatories
    cycle_ids, area = queries.cycle_ids(signoff.id), scopes.scope_of(signoff.id).area
    asked = deputies.with_deputies(project, [row.user_id for row in queries.signatories(signoff.id)])
    others = asked - {deputy.deputy_id}
    barred = criteria.barred_requirements(cycle_ids, [*others, deputy.deputy_id], area)
    if not barred - criteria.barred_requirements(cycle_ids, others, area):
        return ""
    only_theirs = _("You tried some of this yourself, and nobody else did, so you cannot sign it for somebody.")
    return f"{only_theirs} {_('Ask the project manager to request it again.')}"


def signed_for(
    project: Project, signoff: Signoff, signature: SignatureRow, deputy: Deputy, by: Actor
) -> tuple[events.SignedFor, SignatureFor]:
    """Return the row that says for whom a signature was given, and the event that tells it."""
    reference = written(project.key, Kind.SIGNOFF, signoff.number)
    row = SignatureFor(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=reference,
        signature_id=signature.id,
        signer_uid=by.uid,
        for_user_id=deputy.user_id,
        for_uid=deputy.user.uid,
        for_name=deputy.user.name,
        from_on=deputy.from_on,
        until_on=deputy.until_on,
    )
    db.session.add(row)
    starts, ends = deputy.from_on.isoformat(), deputy.until_on.isoformat()
    told = events.SignedFor(
        project_id=project.id, subject=reference, by=by, name=deputy.user.name, starts=starts, ends=ends
    )
    return told, row
