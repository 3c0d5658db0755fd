"""The command: what it prints, and its exit codes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from uatapp.app import create_app
from uatapp.audit import checkpoints
from uatapp.cli import main
from uatapp.config import Settings
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.uow import unit_of_work

FEATURE = """Feature: Orders
  Scenario: Order is saved
    When you save the order
    Then the order has a number
"""
Command = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "EVIDENCE_URL", "QUEUE_URL", "MAIL_URL", "BASE_URL", "SECRET_KEY", "WORKED_EXAMPLE"):
        monkeypatch.delenv(f"UATAPP_{name}", raising=False)
    monkeypatch.setenv("UATAPP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def uatapp(home: Path) -> Command:
    """Run a command on an installation that is up to date."""

    def run(*arguments: str, typed: str = "") -> Result:
        result = CliRunner().invoke(main, list(arguments), input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    assert run("migrate").exit_code == 0
    return run


def test_a_project_is_added_and_listed(uatapp: Command) -> None:
    added = uatapp("project", "add", "PAY", "Order to cash", "--customer", "Nordwind", "--partner", "Halden")
    assert (added.exit_code, added.output) == (0, "Created PAY, Order to cash, for Nordwind with Halden.\n")
    listed = json.loads(uatapp("project", "list", "--json").output)
    assert listed == [{"key": "PAY", "name": "Order to cash", "customer": "Nordwind"}]
    assert "Order to cash (Nordwind)" in uatapp("project", "list").output


def test_what_cannot_be_is_a_sentence_and_code_2(uatapp: Command) -> None:
    uatapp("project", "add", "PAY", "Order to cash")
    again = uatapp("project", "add", "PAY", "Order to cash")
    assert again.exit_code == 2
    assert "is taken" in again.output
    assert uatapp("project", "add", "pay!", "x").exit_code == 2
    assert uatapp("import", "NONE", str(Path(__file__))).exit_code == 2
    assert uatapp("import", "PAY", "/not/there").exit_code == 2
    assert uatapp("nonsense").exit_code == 2
    assert uatapp("verify", "--checkpoint", "/not/there").exit_code == 2


def test_a_person_gets_a_link_or_a_password(uatapp: Command) -> None:
    added = uatapp("user", "add", "Ada@Example.com", "--name", "Ada Lund", "--admin")
    assert added.exit_code == 0
    assert "http://127.0.0.1:8000/" in added.output
    typed = uatapp(
        "user", "add", "bo@example.com", "--name", "Bo", "--password-stdin", typed="four quiet green lamps\n"
    )
    assert (typed.exit_code, typed.output) == (0, "Added bo@example.com.\n")
    weak = uatapp("user", "add", "cy@example.com", "--name", "Cy", "--password-stdin", typed="short\n")
    assert weak.exit_code == 2
    assert uatapp("user", "add", "bo@example.com", "--name", "Bo").exit_code == 2


def test_the_first_administrator_gets_a_link_once(uatapp: Command) -> None:
    assert "http://127.0.0.1:8000/set-up/" in uatapp("setup-link").output
    uatapp(
        "user", "add", "a@example.com", "--name", "Ada", "--admin", "--password-stdin", typed="four quiet green lamps\n"
    )
    assert "has an administrator already" in uatapp("setup-link").output


def test_import_counts_and_export_gives_the_same_bytes(uatapp: Command, tmp_path: Path) -> None:
    uatapp("project", "add", "PAY", "Order to cash")
    given = tmp_path / "given"
    given.mkdir()
    (given / "orders.feature").write_bytes(FEATURE.replace("\n", "\r\n").encode())
    wanted = uatapp("import", "PAY", str(given), "--json", "--dry-run")
    assert (wanted.exit_code, json.loads(wanted.output)["created"]) == (0, 1)
    first = uatapp("import", "PAY", str(given), "--json")
    assert (first.exit_code, json.loads(first.output)["created"]) == (0, 1)
    assert json.loads(uatapp("import", "PAY", str(given), "--json").output)["unchanged"] == 1
    (given / "broken.feature").write_text("Scenario: no feature")
    broken = uatapp("import", "PAY", str(given))
    assert broken.exit_code == 1
    assert "broken.feature:1:1:" in broken.output
    alone = uatapp("import", "PAY", str(given / "broken.feature"))
    assert alone.exit_code == 2
    assert uatapp("export", "PAY", str(tmp_path / "out")).exit_code == 0
    files = [path for path in (tmp_path / "out").rglob("*.feature")]
    assert [path.read_bytes() for path in files] == [FEATURE.replace("\n", "\r\n").encode()]


def test_verify_says_what_it_checked(uatapp: Command) -> None:
    uatapp("project", "add", "PAY", "Order to cash")
    result = uatapp("verify")
    assert result.exit_code == 0
    assert result.output.endswith("Everything is in order.\n")
    told = json.loads(uatapp("verify", "PAY", "--json").output)
    assert told["ok"] is True
    assert [chain["name"] for chain in told["chains"]] == ["PAY"]
    assert uatapp("verify", "NONE").exit_code == 2


def test_verify_without_a_database_could_not_check(home: Path) -> None:
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 2
    assert "COULD NOT CHECK" in result.output


def test_verify_names_what_was_tampered_with(uatapp: Command, home: Path) -> None:
    import sqlite3

    uatapp("project", "add", "PAY", "Order to cash")
    with sqlite3.connect(home / "uatapp.db") as insider:
        insider.execute("DROP TRIGGER append_only_audit_entry_update")
        insider.execute("UPDATE audit_entry SET actor = 'nobody' WHERE chain = 'PAY' AND seq = 1")
    result = uatapp("verify")
    assert result.exit_code == 1
    assert "NOT IN ORDER  PAY, entry 1: its columns do not say what its body says" in result.output
    assert "triggers" in uatapp("doctor").output
    assert uatapp("doctor").exit_code == 1
    uatapp("migrate")
    assert uatapp("doctor").exit_code == 0


def test_doctor_names_the_command_that_mends(home: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    assert result.exit_code == 1
    schema = next(check for check in json.loads(result.output) if check["name"] == "schema")
    assert (schema["ok"], schema["mend"]) == (False, "uatapp migrate")


def test_doctor_finds_a_database_that_is_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UATAPP_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "WRONG  database" in result.output


def test_run_refuses_a_database_that_is_not_up_to_date(home: Path) -> None:
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 2
    assert "uatapp migrate" in result.output


def test_run_and_demo_share_their_address() -> None:
    from uatapp.config import Settings
    from uatapp.operations.serving import bind_of

    assert bind_of(Settings()) == "127.0.0.1:8000"
    assert bind_of(Settings(base_url="http://localhost:9000/")) == "127.0.0.1:9000"
    assert bind_of(Settings(base_url="http://[::1]:9000")) == "[::1]:9000"
    assert bind_of(Settings(base_url="https://uat.example.com")) == "127.0.0.1:8000"


@pytest.mark.proves("F36")
def test_keys_that_have_signed_are_never_replaced(uatapp: Command, home: Path) -> None:
    uatapp("project", "add", "PAY", "Order to cash")
    with create_app(Settings()).app_context(), unit_of_work(SYSTEM):
        checkpoints.make("system", checkpoints.installation_keys())
    shutil.rmtree(home / "keys")
    for command in ("public-key", "run", "worker"):
        lost = uatapp(command)
        assert lost.exit_code == 2, command
        assert "are lost. Put the folder back from a backup" in lost.output
    assert not (home / "keys").exists()


def test_the_public_keys_are_handed_out_and_a_lost_key_is_a_sentence(uatapp: Command, home: Path) -> None:
    printed = uatapp("public-key").output
    assert "BEGIN CERTIFICATE" in printed
    assert "BEGIN PUBLIC KEY" in printed
    assert "PRIVATE" not in printed
    assert uatapp("public-key").output == printed
    (home / "keys" / "seal-key.pem").unlink()
    lost = uatapp("public-key")
    assert lost.exit_code == 2
    assert "Put the folder back from a backup" in lost.output
