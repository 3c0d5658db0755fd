"""Every address with its methods and who may use it, in one list that is read in review. A new one shows up there."""

import os
from pathlib import Path

import pytest
from flask import Flask

from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.permissions import Permission
from uatapp.web.access import PUBLIC_PREFIXES, access_of

GOLDEN = Path(__file__).with_name("routes.txt")
RENEW = f"\nIf this is meant, write the list anew and commit it: UATAPP_WRITE_DOCS=1 pytest {GOLDEN.with_name('test_routes.py')}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(home=tmp_path_factory.mktemp("routes"), secret_key="test " * 8))


def listed(app: Flask) -> list[str]:
    """Return one line for each address: endpoint, methods, rule, and the permission or why it is public."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        declared = access_of(app, rule.endpoint)
        access = (
            declared.value if isinstance(declared, Permission) else f"public: {declared or 'the files of our pages'}"
        )
        lines.append(" | ".join((rule.endpoint, methods, rule.rule, access)))
    return sorted(lines)


def test_the_addresses_are_those_in_the_list(app: Flask) -> None:
    now = listed(app)
    if os.environ.get("UATAPP_WRITE_DOCS"):
        GOLDEN.write_text("\n".join(now) + "\n", encoding="utf-8")
    before = GOLDEN.read_text(encoding="utf-8").splitlines()
    new, gone = sorted(set(now) - set(before)), sorted(set(before) - set(now))
    assert now == before, "\n".join(["", *(f"new:  {x}" for x in new), *(f"gone: {x}" for x in gone), RENEW])


def test_every_address_says_who_may_use_it(app: Flask) -> None:
    silent = [r.endpoint for r in app.url_map.iter_rules() if access_of(app, r.endpoint) is None]
    assert set(silent) <= set(PUBLIC_PREFIXES)


def test_nothing_is_changed_by_looking(app: Flask) -> None:
    """An address that takes both GET and POST is one of the library's forms; ours have an endpoint for each."""
    both = {r.endpoint for r in app.url_map.iter_rules() if {"GET", "POST"} <= (r.methods or set())}
    assert {endpoint for endpoint in both if not endpoint.startswith("security.")} == set()
