"""docs/running.md names only commands, settings, addresses and counts that exist, and its files are well-formed."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml
from flask import Flask

from tests.operations.company import object_store
from uatapp.app import create_app
from uatapp.cli import main
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import metrics, schema

PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
CALL = re.compile(r"(?:^    |`|bin/|^ +command: |run --rm web )uatapp ([a-z][a-z0-9.: -]*)", re.M)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(home=tmp_path_factory.mktemp("page"), base_url="http://localhost"))


def calls() -> list[list[str]]:
    composed = re.findall(r"(?:command:|--rm web) ((?:run|worker|migrate|setup-link).*)", PAGE)
    return [shlex.split(found, comments=True) for found in (*CALL.findall(PAGE), *composed)]


def test_each_command_takes_the_options_that_are_written() -> None:
    assert {words[0] for words in calls()} >= {"run", "worker", "migrate", "setup-link", "doctor", "verify"}
    for words in calls():
        command = main.commands[words[0]]
        context = click.Context(command, info_name=words[0])
        command.parse_args(context, [word for word in words[1:] if word != "%i"])


def test_each_setting_exists() -> None:
    known = {f"UATAPP_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"UATAPP_[A-Z_]+", PAGE)) <= known
    with object_store() as used:
        assert set(re.findall(r"AWS_[A-Z_]+", PAGE)) == set(used)


def test_the_written_settings_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in re.findall(r'^(UATAPP_[A-Z_]+)="(.*)"$', PAGE, re.M):
        monkeypatch.setenv(name, value)
    assert Settings().secure
    assert Settings().trusted_proxies == 1


def test_each_address_exists(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert set(re.findall(r"/(?:healthz|readyz|metrics)\b", PAGE)) == {"/healthz", "/readyz", "/metrics"} <= rules


def test_each_count_exists(app: Flask) -> None:
    app.test_client().get("/healthz")
    with app.app_context():
        schema.upgrade()
        present = metrics.text().decode()
        db.session.remove()
        db.engine.dispose()
    for name in re.findall(r"`(uatapp_[a-z_]+)`", PAGE):
        assert name in present, name


def test_the_files_are_well_formed() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    assert [sorted(yaml.safe_load(block))[0] for block in blocks] == ["services", "scrape_configs"]
    for kind in ("nginx", "caddy"):
        (block,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)
        assert block.count("{") == block.count("}") > 0
