"""The words in which people read where a requirement stands."""

from typing import Any

from flask_babel import lazy_gettext as _l

from uatapp.gherkin.lint import Severity

# where it stands → (kind of tag, words)
STANDINGS: dict[str, tuple[str, Any]] = {
    "draft": ("quiet", _l("Draft")),
    "in_review": ("info", _l("Waiting for approval")),
    "approved": ("passed", _l("Agreed")),
    "superseded": ("quiet", _l("Replaced")),
    "removal_asked": ("blocked", _l("To be retired")),
    "retired": ("na", _l("Retired")),
}

# how serious a finding is → (kind of tag, words)
SEVERITIES: dict[Severity, tuple[str, Any]] = {
    Severity.ERROR: ("failed", _l("Cannot be tested like this")),
    Severity.WARNING: ("blocked", _l("Better said otherwise")),
    Severity.INFO: ("quiet", _l("Hint")),
}

# what happened to a requirement → kind of tag
KIND_TAGS = {"created": "info", "edited": "remarks", "renamed": "quiet", "moved": "quiet", "removed": "blocked"}

KINDS: dict[str, Any] = {
    "created": _l("new"),
    "edited": _l("changed"),
    "renamed": _l("renamed"),
    "moved": _l("moved"),
    "removed": _l("removed"),
    "unchanged": _l("unchanged"),
}
