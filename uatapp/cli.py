"""The command `uatapp`: for IT staff and automation. Exit codes: 0 done, 1 not in order, 2 could not."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from alembic.util import CommandError
from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import DBAPIError

from uatapp import demo as worked_example
from uatapp.accounts import service as accounts
from uatapp.app import create_app
from uatapp.audit import checkpoints
from uatapp.config import Settings
from uatapp.jobs import worker as workers
from uatapp.kernel.errors import DomainError
from uatapp.kernel.keys import KeysIncomplete
from uatapp.operations import backup as backups
from uatapp.operations import doctor as doctors
from uatapp.operations import people, schema, serving
from uatapp.operations import restore as restores
from uatapp.operations import verify as verifying
from uatapp.operations.checks.report import Finding, Report
from uatapp.requirements import imports

NOT_IN_ORDER, COULD_NOT = 1, 2
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """A refusal is a sentence and exit code 2, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as refused:
            _fail("\n".join([refused.message, *refused.reasons]))
        except DBAPIError as away:
            _fail(f"The database did not do this: {str(away.orig).strip()}\n`uatapp doctor` says what is wrong.")
        except (OSError, CommandError, KeysIncomplete) as odd:
            _fail(str(odd))


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(COULD_NOT)


@contextmanager
def _app() -> Iterator[Flask]:
    app = create_app()
    with app.app_context():
        yield app


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the terminal's error stream; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@click.group(cls=Commands)
@click.version_option(package_name="uatapp", prog_name="uatapp")
def main() -> None:
    """Agree what software must do, try it, and sign that it does."""


@main.command()
def demo() -> None:
    """Start with a worked example to click through; a second start keeps the data."""
    os.environ["UATAPP_WORKED_EXAMPLE"] = "1"
    with _app() as app:
        schema.upgrade()
        settings: Settings = app.config["UATAPP"]
        kept = settings.home / "sign-ins.json"
        if people.list_projects() and not kept.exists():
            _fail(f"The worked example in {settings.home} is not complete. Remove that folder and start again.")
        if not kept.exists():
            click.echo("Making the worked example (this takes a moment) …")
        click.echo(worked_example.sign_ins(app, kept))
        bind = serving.bind_of(settings)
    serving.serve(create_app, bind)


@main.command()
@click.option("--bind", help="Address to listen on, HOST:PORT; default: that of UATAPP_BASE_URL.")
@click.option("--workers", type=click.IntRange(1, 64), default=serving.WORKERS, show_default=True, help="Processes.")
def run(bind: str | None, workers: int) -> None:
    """Serve the pages; with a queue in a file, run the jobs as well."""
    settings = Settings()
    with _app():
        if schema.is_behind():
            _fail("The database is not up to date. Run `uatapp migrate` first.")
        checkpoints.refuse_lost_keys()
        if reason := serving.too_many(workers):
            _fail(reason)
    address = bind or serving.bind_of(settings)
    click.echo(f"Serving {settings.base_url}/ (listening on {address}). Stop with Ctrl-C.")
    serving.serve(create_app, address, workers)


@main.command()
@click.option(
    "--threads", type=click.IntRange(1, serving.THREADS), default=1, show_default=True, help="Jobs at a time."
)
def worker(threads: int) -> None:
    """Run jobs: certificates, mails, large imports."""
    with _app() as app:
        checkpoints.refuse_lost_keys()
    click.echo("Running jobs. Stop with Ctrl-C.")
    workers.work(app, threads)


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _app():
        schema.upgrade()
    click.echo("The database is up to date.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print for a program.")
def doctor(as_json: bool) -> None:
    """Say what is missing or wrong here, and the command that mends it."""
    with _app() as app:
        checks = doctors.examine(app)
    if as_json:
        _print_json([{"name": c.name, "ok": c.ok, "detail": c.detail, "mend": c.mend} for c in checks])
    else:
        for check in checks:
            click.echo(f"{'ok     ' if check.ok else 'WRONG  '}{check.name}: {check.detail}")
            if not check.ok:
                click.echo(f"       mend it: {check.mend}")
    sys.exit(0 if all(check.ok for check in checks) else NOT_IN_ORDER)


@main.command("public-key")
def public_key() -> None:
    """Print the public keys with which anybody checks certificates, the same as their annex issuer.pem."""
    with _app():
        keys = checkpoints.installation_keys()
    click.echo(keys.public_pem.decode(), nl=False)


@main.command("setup-link")
def setup_link() -> None:
    """Print a one-time link with which the first administrator signs in."""
    with _app():
        link = accounts.first_administrator_link()
    if link is None:
        click.echo("This installation has an administrator already.")
        return
    click.echo(f"Open this address to make the first administrator:\n{link}")


@main.group()
def user() -> None:
    """People."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Printed name.")
@click.option("--admin", is_flag=True, help="An administrator of the installation.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def user_add(email: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Add a person; prints a one-time link to choose a password."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with _app():
        added = people.add_user(email, name, admin=admin, password=password)
    click.echo(f"Added {added.email}." + (f" They choose a password at\n{added.link}" if added.link else ""))


@user.command("reset-second-step")
@click.argument("email")
def user_reset_second_step(email: str) -> None:
    """Take a lost second step away; prints a one-time link to choose a new password."""
    with _app():
        link = people.reset_second_step(email)
    click.echo(f"All sessions of {email} have ended. They choose a new password at\n{link}")


@main.group()
def project() -> None:
    """Projects."""


@project.command("add")
@click.argument("key")
@click.argument("name")
@click.option("--customer", default="Customer", show_default=True, help="Organisation that takes the software.")
@click.option("--partner", "partners", multiple=True, default=("Partner",), show_default=True, help="May be repeated.")
def project_add(key: str, name: str, customer: str, partners: tuple[str, ...]) -> None:
    """Create a project."""
    with _app():
        people.add_project(key, name, customer, partners)
    click.echo(f"Created {key}, {name}, for {customer} with {', '.join(partners)}.")


@project.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print for a program.")
def project_list(as_json: bool) -> None:
    """List the projects."""
    with _app():
        rows = people.list_projects()
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['key']:<9} {row['name']} ({row['customer']})")


@main.command("import")
@click.argument("key", metavar="PROJECT")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--by", metavar="EMAIL", help="The analyst who imports and counts as author.")
@click.option("--unit", help="Business unit of the documents.")
@click.option("--process", help="Business process of the documents.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print for a program.")
def import_(key: str, paths: tuple[Path, ...], by: str | None, as_json: bool, **options: Any) -> None:
    """Import .feature files, folders of them, or a zip."""
    with _app(), _bar("Reading") as progress:
        found = people.get_project(key)
        actor = people.importer(found, by)
        found = people.get_project(key)
        result = imports.import_paths(found, paths, actor, progress=progress, **options)
    _print_json(result) if as_json else _tell_import(result, options["dry_run"])
    read = sum(value for value in result.values() if isinstance(value, int))
    if result["errors"] and not read and not result["ask"]:
        sys.exit(COULD_NOT)
    sys.exit(NOT_IN_ORDER if result["errors"] or result["ask"] else 0)


def _tell_import(result: dict[str, Any], dry_run: bool) -> None:
    counts = ", ".join(f"{value} {name}" for name, value in result.items() if isinstance(value, int))
    click.echo(f"{'Would be' if dry_run else 'Requirements'}: {counts}")
    for question in result["ask"]:
        click.echo(f"ask: {json.dumps(question, ensure_ascii=False)}")
    for error in result["errors"]:
        click.echo(f"{error['path']}:{error['line']}:{error['column']}: {error['message']}", err=True)


@main.command()
@click.argument("key", metavar="PROJECT")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(key: str, folder: Path) -> None:
    """Write the project's documents into a folder, the same bytes as they came in."""
    with _app():
        count = imports.export(people.get_project(key), folder)
    click.echo(f"Wrote {count} documents to {folder}.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print for a program.")
def backup(file: Path, as_json: bool) -> None:
    """Write database, files and keys into one file; nobody has to stop working."""
    with _app(), _bar("Files") as progress:
        made = backups.backup(file, progress)
    if as_json:
        _print_json(made)
    else:
        rows = sum(made["rows"].values())
        click.echo(
            f"Wrote {file}: {rows} rows, {made['files']} files, and the keys. Keep it as safe as the keys themselves."
        )
    for sha256 in made["missing"]:
        click.echo(f"MISSING  file {sha256}: it was lost before this backup", err=True)
    sys.exit(NOT_IN_ORDER if made["missing"] else 0)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring a backup back into an empty installation; the database may be of the other kind."""
    with _app(), _bar("Checking") as progress:
        found = restores.restore(file, progress)
    click.echo(
        f"Restored what was backed up at {found['at']}. Everybody signs in anew. Check it: uatapp verify --evidence"
    )


@main.command()
@click.argument("key", metavar="[PROJECT]", required=False)
@click.option("--since", type=click.IntRange(1), default=1, help="Believe the entries before this one.")
@click.option("--checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A signed note.")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A sealed PDF.")
@click.option("--bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A sign-off taken as ZIP.")
@click.option("--key", "key_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Public key.")
@click.option("--evidence", is_flag=True, help="Read and hash every file as well.")
@click.option("--json", "as_json", is_flag=True, help="Print for a program.")
def verify(key: str | None, key_file: Path | None, as_json: bool, **options: Any) -> None:
    """Check that nothing was changed: 0 in order, 1 tampered with, 2 could not be checked."""
    wanted = verifying.Options(project=key, key=key_file, **options)
    tell = (lambda finding: None) if as_json else _tell_finding
    with _app(), _bar("Verifying") as progress:
        report = verifying.verify(wanted, tell, progress)
    _print_json(_report(report)) if as_json else _tell_report(report)
    sys.exit(report.exit_code)


def _tell_finding(finding: Finding) -> None:
    place = f"{finding.chain}, entry {finding.seq}" if finding.seq else finding.chain
    click.echo(f"NOT IN ORDER  {place}: {finding.reason}")


def _report(report: Report) -> dict[str, Any]:
    return {
        "ok": report.exit_code == 0,
        "chains": [{"name": name, "entries": seq, "hash": h} for name, (seq, h) in report.heads.items()],
        "checked": dict(report.counts),
        "findings": [{"chain": f.chain, "seq": f.seq, "reason": f.reason} for f in report.findings],
        "not_checked": report.not_checked,
        "remarks": report.remarks,
    }


def _tell_report(report: Report) -> None:
    checked = ", ".join(f"{count} {what}" for what, count in report.counts.items())
    click.echo(f"Checked {checked or 'nothing'}.")
    for sentence in report.not_checked:
        click.echo(f"COULD NOT CHECK  {sentence}", err=True)
    for sentence in report.remarks:
        click.echo(sentence)
    if not report.findings and not report.not_checked:
        click.echo("Everything is in order.")
