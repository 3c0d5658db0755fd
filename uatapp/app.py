"""The composition root of the web application: everything is plugged together here."""

from importlib.resources import files
from pathlib import Path

from flask import Flask, g
from flask_babel import Babel
from flask_login import current_user
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from uatapp.accounts import factor_views, keeping, second_step, security
from uatapp.accounts import views as account
from uatapp.audit import views as audit_pages
from uatapp.audit import writer
from uatapp.config import Settings
from uatapp.criteria import light_views as _lights  # noqa: F401 - routes of the same pages
from uatapp.criteria import service as agreeing
from uatapp.criteria import set_views as _sets
from uatapp.criteria import views as criteria
from uatapp.cycles import service as cycling
from uatapp.cycles import views as cycles
from uatapp.defects import retests
from uatapp.defects import views as defects
from uatapp.evidence import sweeping as _sweeping  # noqa: F401 - its daily job
from uatapp.inbox import views as inbox
from uatapp.jobs import views as jobs_pages
from uatapp.jobs import worker
from uatapp.kernel import engine
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.uow import Wiring
from uatapp.operations import metrics, probes
from uatapp.projects import access_review, administration, calendar_pages, home
from uatapp.projects import queries as projects
from uatapp.projects import views as project_pages
from uatapp.reports import tracing_pages as _tracing
from uatapp.reports import views as reports
from uatapp.requirements import baseline_pages as _baselines  # noqa: F401 - routes of the same pages
from uatapp.requirements import jobs as _imports  # noqa: F401 - its job
from uatapp.requirements import quality_pages as _quality  # noqa: F401 - routes of the same pages
from uatapp.requirements import upload_pages as _uploads  # noqa: F401 - routes of the same pages
from uatapp.requirements import views as requirements
from uatapp.requirements import writing as _documents  # noqa: F401 - routes of the same pages
from uatapp.runs import counting
from uatapp.runs import service as running
from uatapp.runs import views as runs
from uatapp.signoffs import acceptance_pages as _acceptance  # noqa: F401 - routes of the same pages
from uatapp.signoffs import act_views as _acts  # noqa: F401 - routes of the same pages
from uatapp.signoffs import bundle, check, deputy_views, identity, signed_views
from uatapp.signoffs import readiness_pages as _readiness  # noqa: F401 - routes of the same pages
from uatapp.signoffs import register_views as _register  # noqa: F401 - routes of the same pages
from uatapp.signoffs import views as signoffs
from uatapp.subscriptions import SUBSCRIPTIONS
from uatapp.testcases import queries as testcases
from uatapp.testcases import views as tests
from uatapp.testcases.labels import STATES as CASE_STATES
from uatapp.web import access, filters, forms, gallery, headers, logs, navigation, problems

BLUEPRINTS = (
    *(
        home.bp,
        account.bp,
        account.links,
        factor_views.bp,
        administration.bp,
        access_review.bp,
        project_pages.bp,
        calendar_pages.bp,
    ),
    *(requirements.bp, tests.bp),
    *(cycles.bp, runs.bp, inbox.bp, defects.bp, criteria.bp, signoffs.bp, bundle.bp, check.bp, reports.bp),
    *(deputy_views.bp, signed_views.bp),
    *(audit_pages.bp, jobs_pages.bp, gallery.bp, probes.bp),
)


def _folder(name: str) -> str:
    installed = Path(str(files("uatapp"))) / name
    return str(installed if installed.is_dir() else installed.parent.parent / name)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings."""
    settings = settings or Settings()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("uatapp", template_folder=_folder("templates"), static_folder=_folder("static"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update(
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine.options(settings.database),
        EVIDENCE_URL=settings.evidence,
        MAX_CONTENT_LENGTH=45 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        UATAPP=settings,
    )
    _plug(app, settings)
    return app


def _plug(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)
    Babel(app)
    logs.install(app, quiet=settings.worked_example)
    headers.install(app, settings.host, settings.secure)
    metrics.install(app)
    forms.install(app)
    problems.install(app)
    navigation.install(app)
    filters.install(app)
    security.install(app, settings)
    app.extensions["uatapp-wiring"] = Wiring(SUBSCRIPTIONS, writer.write, [forms.claim_form_key, identity.take_code])
    worker.install(app)
    # access comes before the check of tokens: a form sent after its session ended is kept, not refused
    access.install(app, load_actor=_actor, load_project=projects.find_project, keep_form=keeping.keep_form)
    second_step.install(app, load_actor=_actor)
    CSRFProtect(app)
    keeping.install(app)
    running.start_guards[:] = [retests.refuse_fixer]
    cycling.open_guards[:] = [agreeing.refuse_unagreed]
    cycles.missing[:] = [_sets.missing]
    cycles.counters[:] = [counting.by_cycle]
    app.extensions["requirements-slots"] = requirements.Slots(
        testcases.of_requirement, testcases.count_suspect, CASE_STATES, _tracing.of_requirement
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _actor() -> Actor | None:
    user = current_user._get_current_object()
    if not user.is_authenticated:
        return None
    if "own_actor" not in g:
        g.own_actor = projects.actor_of(user)
    own: Actor = g.own_actor
    return own
