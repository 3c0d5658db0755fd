"""Secrets: made at random, kept private, never a known one, and on no page."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.accounts.reading import link_in, mails_to
from tests.world import PASSWORD, World
from uatapp.accounts.models import User, UserSession
from uatapp.config import Settings
from uatapp.jobs import service as jobs
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db
from uatapp.kernel.errors import Refused

pytestmark = pytest.mark.proves("T16")


def test_each_installation_makes_its_own_and_keeps_it(tmp_path: Path) -> None:
    one, two = (Settings(home=tmp_path / name).secret() for name in ("one", "two"))
    assert one != two
    assert re.fullmatch(r"[0-9a-f]{64}", one)
    assert Settings(home=tmp_path / "one").secret() == one
    path = tmp_path / "one" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_use_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _n: Settings(home=tmp_path / "home").secret(), range(24)))
    assert len(made) == 1
    assert len(made.pop()) == 64


@pytest.mark.parametrize("known", ["dev", "changeme", "secret", "c292a0a3aa32397cdb050e23373390", "x" * 31])
def test_a_known_or_short_one_is_refused_with_the_way_out(tmp_path: Path, known: str) -> None:
    with pytest.raises(Refused, match="UATAPP_SECRET_KEY is too short: give it 32 random characters"):
        Settings(home=tmp_path, secret_key=known).secret()
    (tmp_path / "secret_key").write_text(known)
    with pytest.raises(Refused, match="secret_key is too short"):
        Settings(home=tmp_path).secret()


PAGES = (
    *("/", "/account", "/sign-in", "/reset", "/administration/", "/administration/people", "/administration/jobs"),
    *("/projects/PAY/members", "/projects/PAY/set-up", "/projects/PAY/audit/", "/projects/PAY/audit/trail.jsonl"),
    *("/no-such-page", "/projects/PAY/defects/9999", "/account/sessions/1/end", "/gallery", "/invitation/x"),
)


@pytest.mark.parametrize("who", ["admin", "manager", None])
def test_no_page_shows_a_secret(site: World, who: str | None) -> None:
    site.client().post("/reset", data={"email": "manager@example.com"})
    secrets = {site.app.config["SECRET_KEY"], PASSWORD, link_in(mails_to("manager@example.com")[0])}
    for password, uniquifier in db.session.execute(sa.select(User.password, User.fs_uniquifier)):
        secrets |= {password, uniquifier}
    secrets |= set(db.session.scalars(sa.select(UserSession.token_hash)))
    browser = site.client(who)
    for path in PAGES:
        answer = browser.get(path)
        shown = answer.text + str(answer.headers)
        assert not [secret for secret in secrets if secret and secret in shown], path


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/.git/config",
            "/.env",
            "/secret_key",
            "/uatapp.db",
            "/keys/",
            "/debug",
            "/console",
            "/metrics/../secret_key",
        ),
        *("/static/../.uatapp/secret_key", "/static/%2e%2e/secret_key", "/sign-ins.json", "/server-status", "/phpinfo"),
        *("/administration/mail", "/administration/mail/1"),
    ],
)
def test_nothing_of_the_installation_is_served(site: World, path: str) -> None:
    (site.app.config["UATAPP"].home / "secret_key").write_text("x" * 64)
    assert site.client("admin").get(path).status_code == 404


def test_a_mail_that_went_out_leaves_no_link_behind(site: World) -> None:
    site.client().post("/reset", data={"email": "tester@example.com"})
    link = link_in(mails_to("tester@example.com")[0])
    jobs.run_due()
    (file,) = (site.app.config["UATAPP"].home / "mail").glob("*.eml")
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    row = db.session.scalars(sa.select(OutgoingMail)).one()
    assert row.sent_at is not None
    assert (row.recipient, row.text, row.html) == ("tester@example.com", "", "")
    with db.engine.connect() as connection:
        kept = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert link.rpartition("/")[2] not in kept
    assert site.client().get(link).status_code == 200
