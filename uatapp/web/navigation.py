"""What stands in the header: the project's pages for this viewer's roles, and the account menu."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from uatapp.kernel.actor import Actor
from uatapp.kernel.permissions import Role

_TESTS = (Role.TESTER, Role.SUPER_USER)
_SPONSORS = (Role.SPONSOR,)
_EVERYBODY = tuple(Role)
_OTHERS = tuple(role for role in Role if role not in (*_TESTS, *_SPONSORS))

# endpoint, label, icon, who sees it
PAGES = (
    ("inbox.my_work", _l("My work"), "check-lg", _TESTS),
    ("criteria.overview", _l("Overview"), "signpost", _EVERYBODY),
    ("signoffs.readiness", _l("Readiness"), "eye", (*_SPONSORS, Role.PROJECT_MANAGER, Role.AUDITOR)),
    ("requirements.index", _l("Requirements"), "card-checklist", _OTHERS),
    ("cycles.index", _l("Cycles"), "arrow-repeat", _OTHERS),
    ("defects.index", _l("Defects"), "flag", _EVERYBODY),
    ("signoffs.index", _l("Decisions"), "pen", (*_OTHERS, *_SPONSORS)),
    ("projects.members", _l("People"), "people", (Role.PROJECT_MANAGER,)),
    ("audit_pages.index", _l("Audit trail"), "clock-history", (Role.PROJECT_MANAGER, Role.AUDITOR)),
)
# pages of one package that people find under another one's entry
_UNDER = {"reports": "requirements", "testcases": "requirements"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the header."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    count: int = 0
    method: str = "get"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person as the header shows them."""

    name: str
    initials: str
    side: str | None
    is_admin: bool
    uid: str
    organisation: str


def install(app: Flask) -> None:
    """Give every template what the layouts read."""

    @app.context_processor
    def header() -> dict[str, Any]:
        actor: Actor | None = g.get("actor")
        project = g.get("project")
        return {
            "viewer": _viewer(actor, project),
            "current_project": project,
            "nav": _project_pages(actor, project),
            "account_links": _account(actor),
            "theme": session.get("look", "auto"),
            "my_projects_url": "/",
            "zone_note": _zone_note(project),
        }


def _zone_note(project: Any) -> str:
    if project is None:
        return ""
    zone = str(session.get("zone", project.zone)).replace("_", " ")
    return str(_("Times are shown for %(zone)s. Nothing you record here is ever deleted.", zone=zone))


def _viewer(actor: Actor | None, project: Any) -> Viewer | None:
    if actor is None:
        return None
    standing = actor.standing(project.id) if project is not None else None
    initials = "".join(word[0] for word in actor.name.split()[:2]).upper()
    side = standing.side.value if standing else None
    return Viewer(actor.name, initials, side, actor.is_admin, actor.uid, actor.organisation)


def _project_pages(actor: Actor | None, project: Any) -> list[Entry]:
    if actor is None or project is None or not actor.is_member(project.id):
        return []
    return [
        Entry(str(label), url_for(endpoint), icon, current=_is_current(endpoint))
        for endpoint, label, icon, roles in PAGES
        if endpoint in current_app.view_functions and actor.has_role(project.id, *roles)
    ]


def _is_current(endpoint: str) -> bool:
    """Say whether an entry is where the viewer is: on its page, or on another of its pages that has no entry."""
    here = request.endpoint or ""
    if any(here == page for page, *_rest in PAGES):
        return here == endpoint
    blueprint = _UNDER.get(request.blueprint or "", request.blueprint)
    return endpoint.split(".")[0] == blueprint and endpoint != "signoffs.readiness"


def _account(actor: Actor | None) -> list[Entry]:
    if actor is None:
        return []
    links = [
        ("account.show", _l("Your account"), "get"),
        ("signed.index", _l("What I have signed"), "get"),
        ("administration.index", _l("Administration"), "get"),
    ]
    shown = [link for link in links if link[0] in current_app.view_functions]
    shown = [link for link in shown if actor.is_admin or link[0] != "administration.index"]
    entries = [Entry(str(label), url_for(endpoint), method=method) for endpoint, label, method in shown]
    return [*entries, Entry(str(_l("Sign out")), url_for("security.logout"), method="post")]
