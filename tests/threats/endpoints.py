"""Who may use each address, written out by hand from DESIGN.md: one line per endpoint. A new one fails until it has its line."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.world import PEOPLE

_MANAGERS = {"manager", "partner_manager"}
_CUSTOMER = {name for name, (_printed, of, _roles, _unit) in PEOPLE.items() if of == "Nordwind"}
WHO: dict[str, set[str]] = {
    "members": set(PEOPLE),
    "managers": _MANAGERS,
    "customer": _CUSTOMER,
    "customer's manager": {"manager"},
    "customer and partner's manager": _CUSTOMER | {"partner_manager"},
    "managers and lead": _MANAGERS | {"lead"},
    "managers and auditor": _MANAGERS | {"auditor"},
    "analysts": {"analyst", "analyst2"},
    "customer's analysts and manager": {"analyst", "analyst2", "manager"},
    "approvers": {"head", "billing_head", "manager", "sponsor", "sponsor2"},
    "testers": {"tester", "tester2", "super_user"},
}
# where the address alone does not decide, "members": the rules then decide on the object (tests of each package)
TABLE = """
home.enter                       GET       members
criteria.overview                GET       members
criteria.agreed                  GET       members
criteria.decide                  POST      members
criteria.edit                    GET       members
criteria.propose                 POST      members
criteria.light                   GET       members
criteria.answer                  POST      members
criteria.answer_file             GET       members
inbox.my_work                    GET       testers
reports.results_xlsx             GET       customer and partner's manager
requirements.template            GET       members
requirements.list_baselines      GET       members
requirements.show_baseline       GET       members
requirements.compare_baseline    GET       members
requirements.name_baseline       POST      analysts
reports.baseline_xlsx            GET       members
reports.traceability             GET       members
reports.traceability_xlsx        GET       members
reports.agreed                   GET       members
audit_pages.index                GET       managers and auditor
audit_pages.export               GET       managers and auditor

projects.members                 GET       members
projects.invite                  POST      managers
projects.member                  GET       managers
projects.change_member           POST      managers
projects.remove_member           POST      managers
projects.invite_again            POST      managers
projects.signing_right           POST      customer's manager
projects.set_up                  GET       managers
projects.add                     POST      managers
projects.choose_id_tags          POST      managers
projects.environment             GET       managers
projects.change_environment      POST      managers
calendars.show                   GET       members
calendars.change                 POST      managers

requirements.index               GET       members
requirements.find                GET       members
requirements.waiting             GET       members
requirements.show                GET       members
requirements.compare             GET       members
requirements.document            GET       members
requirements.download            GET       members
requirements.report              GET       members
requirements.act                 POST      members
requirements.decide              POST      approvers
requirements.upload              GET       analysts
requirements.receive             POST      analysts
requirements.file_report         POST      analysts
requirements.check               POST      analysts
requirements.take                POST      analysts
requirements.undo                POST      analysts
requirements.write_numbers       POST      analysts
requirements.restore             POST      analysts
requirements.filing              POST      analysts
requirements.new                 GET       analysts
requirements.create              POST      analysts
requirements.show_quality         GET       members
requirements.switch_rule          POST      managers
requirements.edit                GET       analysts
requirements.change              POST      analysts

testcases.index                  GET       members
testcases.show                   GET       members
testcases.changed                GET       members
testcases.decide                 POST      customer's analysts and manager

cycles.index                     GET       members
cycles.show                      GET       members
cycles.new                       GET       managers
cycles.create                    POST      managers
cycles.scope                     GET       managers
cycles.save_scope                POST      managers
cycles.assign                    GET       managers
cycles.save_assignments          POST      managers
cycles.act                       POST      managers
cycles.assignment                GET       managers
cycles.change_assignment         POST      managers
cycles.deploy                    POST      managers and lead

runs.start                       POST      testers
runs.runner                      GET       testers
runs.save                        POST      testers
runs.add_files                   POST      testers
runs.draft_file                  GET       testers
runs.remove_file                 POST      testers
runs.after_submit                GET       testers
runs.submit                      POST      testers
runs.void                        POST      testers
runs.show                        GET       customer and partner's manager
runs.file                        GET       customer and partner's manager

defects.index                    GET       members
defects.show                     GET       members
defects.file                     GET       members
defects.seen_in                  GET       members
defects.act                      POST      members
defects.new                      GET       customer
defects.create                   POST      customer
defects.known                    POST      customer
defects.persisting               POST      testers

signoffs.index                   GET       members
signoffs.show                    GET       members
signoffs.certificate             GET       members
signoffs.new                     GET       managers
signoffs.create                  POST      managers
signoffs.sign                    POST      members
signoffs.note                    POST      members
signoffs.withdraw                POST      managers
signoffs.readiness               GET       members
signoffs.recommend               POST      managers
signoffs.terms                   GET       members
signoffs.propose_terms           POST      managers
signoffs.decide_terms            POST      managers
signoffs.silence                 GET       managers
signoffs.record_silence          POST      managers
bundle.take                      POST      managers and auditor

deputies.index                   GET       members
deputies.add                     POST      members
deputies.end                     POST      members
signoffs.conditions              GET       members
signoffs.condition               GET       members
signoffs.act_on_condition        POST      members
signoffs.condition_file          GET       members
signoffs.waivers                 GET       members
signoffs.certificates            GET       members
signoffs.open_act                POST      members
signoffs.act                     GET       members
signoffs.sign_act                POST      members
signoffs.drop_act                POST      members
signoffs.addendum                GET       members

administration.index             GET       administrator
administration.new_project       GET       administrator
administration.create_project    POST      administrator
administration.organisations     GET       administrator
administration.add_organisation  POST      administrator
administration.calendar          GET       administrator
administration.change_calendar   POST      administrator
administration.users             GET       administrator
administration.invite_administrator  POST  administrator
administration.act               POST      administrator
access_review.index              GET       administrator
access_review.take               POST      administrator
jobs_pages.index                 GET       administrator
jobs_pages.try_again             POST      administrator
jobs_pages.mails                 GET       administrator
jobs_pages.mail                  GET       administrator

probes.live                      GET       anybody
probes.ready                     GET       anybody
probes.counted                   GET       anybody

home.index                       GET       oneself
account.show                     GET       oneself
account.change                   POST      oneself
account.end_session              POST      oneself
account.kept                     GET       oneself
signed.index                     GET       oneself
signed.certificate               GET       oneself
security.change_password         GET POST  oneself
second_step.show                 GET       oneself
second_step.keep                 POST      oneself
second_step.confirm              GET       oneself
second_step.act                  POST      oneself

security.login                   GET POST  anybody
security.logout                  POST      anybody
second_step.ask                  GET       anybody
second_step.check                POST      anybody
security.forgot_password         GET POST  anybody
security.reset_password          GET POST  anybody
invitation.accept                GET       anybody
invitation.take_up               POST      anybody
invitation.set_up                GET       anybody
invitation.found                 POST      anybody
check.index                      GET       anybody
check.show                       GET       anybody
check.compare                    POST      anybody
gallery.index                    GET       anybody
static                           GET       anybody
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# no such thing in any project
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("number", "document_id", "report_id", "assignment_id", "environment_id"), 987_654),
    **dict.fromkeys(("organisation_id", "terms_number", "version"), 987_654),
    **dict.fromkeys(("session_id", "kept_id", "job_id", "mail_id", "deputy_id"), 987_654),
    **dict.fromkeys(("condition_number", "act_number"), 987_654),
    **dict.fromkeys(("uid", "token", "code", "reference", "filename", "rule"), "nothing"),
    "action": "approve",
    "kind": "unit",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One endpoint with one method, and who may use it."""

    endpoint: str
    method: str
    who: str

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def lines() -> list[Line]:
    found = [line.split(maxsplit=1) for line in TABLE.splitlines() if line]
    split = [(endpoint, *rest.split("  ", 1)) for endpoint, rest in found]
    return [Line(endpoint, method, who.strip()) for endpoint, methods, who in split for method in methods.split()]


def rules(app: Flask) -> dict[str, Rule]:
    """Return the application's addresses by endpoint; each endpoint has one."""
    found = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    assert len(found) == len(list(app.url_map.iter_rules()))
    return found


def of_projects(app: Flask) -> list[Line]:
    """Return the lines whose address names a project."""
    known = rules(app)
    return [line for line in lines() if "project" in known[line.endpoint].arguments]


def address(app: Flask, endpoint: str, given: dict[str, Any]) -> str:
    """Return an endpoint's path with these values."""
    rule = rules(app)[endpoint]
    return app.url_map.bind("localhost").build(endpoint, {name: given[name] for name in rule.arguments})
