"""Access is denied unless declared: each endpoint says which permission it needs, or why it is public."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from uatapp.kernel.actor import Actor
from uatapp.kernel.errors import NotAllowed, NotFound
from uatapp.kernel.permissions import Permission
from uatapp.web.numbers import NumberConverter

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC_PREFIXES = ("static", "security.static")
# asked by machines, under whatever name they know us: no session is read, any Host header will do
PROBES = ("/healthz", "/readyz", "/metrics")


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare who may use an endpoint. With a project in its address, strangers to it get "not found"."""

    def declare(view: View) -> View:
        view.__dict__["uatapp_access"] = permission
        return view

    return declare


def public(why: str) -> Callable[[View], View]:
    """Declare that an endpoint is open to everybody, and why."""

    def declare(view: View) -> View:
        view.__dict__["uatapp_access"] = why
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """Return an endpoint's declaration: a permission, the reason why it is public, or None (refused)."""
    declared = app.config.get("DECLARED_ACCESS", {}).get(endpoint)
    if declared is not None:
        return cast("Permission | str", declared)
    return cast("Permission | str | None", getattr(app.view_functions.get(endpoint), "uatapp_access", None))


class KeyConverter(BaseConverter):
    """A project's key in an address; the view gets the project itself."""

    regex = "[A-Z][A-Z0-9]{1,7}"

    def to_url(self, value: Any) -> str:
        return str(getattr(value, "key", value))


class ActionConverter(BaseConverter):
    """An action's name in an address."""

    regex = "[a-z_]{1,40}"


def install(
    app: Flask,
    *,
    load_actor: Callable[[], Actor | None],
    load_project: Callable[[str], Any],
    keep_form: Callable[[], Response | None],
) -> None:
    """Check every request before its view. The loaders come from the packages that know users and projects."""
    app.url_map.converters.update(key=KeyConverter, action=ActionConverter, int=NumberConverter)

    @app.before_request
    def check() -> ResponseReturnValue | None:
        g.actor, g.project, g.project_key = None, None, None
        if request.endpoint is None:
            return None
        declared = access_of(app, request.endpoint)
        if declared is None and request.endpoint not in PUBLIC_PREFIXES:
            raise NotAllowed("Nobody has declared who may use this address.")
        g.actor = load_actor()
        if not isinstance(declared, Permission):
            return None
        if g.actor is None:
            return _to_sign_in(keep_form)
        _enter(declared, load_project)
        return None

    @app.url_defaults
    def same_project(endpoint: str, values: dict[str, Any]) -> None:
        wanted = "project" not in values and g.get("project_key") is not None
        if wanted and app.url_map.is_endpoint_expecting(endpoint, "project"):
            values["project"] = g.project_key


def _enter(declared: Permission, load_project: Callable[[str], Any]) -> None:
    arguments = request.view_args or {}
    if "project" in arguments:
        g.project_key = arguments["project"]  # a word, which a redirect after a change can use without reading again
        project = load_project(g.project_key)
        if project is None or not g.actor.is_member(project.id):
            raise NotFound
        g.project = arguments["project"] = project
    g.actor.require(declared, g.project.id if g.project is not None else None)


def _to_sign_in(keep_form: Callable[[], Response | None]) -> ResponseReturnValue:
    kept = keep_form() if request.method == "POST" else None
    if kept is not None:
        return kept
    target = url_for("security.login", next=request.full_path.rstrip("?") if request.method == "GET" else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)
