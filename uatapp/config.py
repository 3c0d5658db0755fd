"""Settings: every `UATAPP_…` variable, its default and its meaning, in one class."""

import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from uatapp.kernel.errors import Refused

SHORTEST_SECRET = 32
Paper = Literal["a4", "letter"]
Needed = Literal["signatories", "everybody", "nobody"]


class Settings(BaseSettings):
    """What an installation may set; everything has a default that works on one laptop."""

    model_config = SettingsConfigDict(env_prefix="UATAPP_", ignored_types=(cached_property,))

    home: Path = Field(Path(".uatapp"), description="Folder of database, evidence, queue, keys and mail.")
    database_url: str = Field("", description="Database; default `sqlite:///HOME/uatapp.db`.")
    evidence_url: str = Field("", description="Store of evidence; default `file://HOME/evidence`.")
    queue_url: str = Field("", description="Queue of jobs; default `sqlite:///HOME/queue.db`.")
    base_url: str = Field("http://127.0.0.1:8000", description="Address of links, QR codes and the allowed host.")
    secret_key: str = Field("", description="Secret of cookies and tokens; made on first start (mode 0600).")
    mail_url: str = Field("", description="Outgoing mail: `folder:PATH` or `smtp://user:word@host:port`.")
    mail_from: str = Field("uatapp@localhost", description="Sender of mails.")
    trusted_proxies: int = Field(0, ge=0, description="Number of proxies in front whose headers are believed.")
    metrics_token: str = Field("", description="Word that `/metrics` asks for; without one, only this machine is told.")
    paper: Paper = Field("a4", description="Paper of certificates: `a4` or `letter`.")
    second_factor: Needed = Field(
        "signatories",
        description="Who must have a second step (a code from their phone): `signatories` (who may sign, and "
        "administrators), `everybody` or `nobody`.",
    )
    worked_example: bool = Field(False, description="Set by `uatapp demo`: administrators may read outgoing mail.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @cached_property
    def database(self) -> str:
        """Return the SQLAlchemy address, psycopg 3 for PostgreSQL."""
        url = self.database_url or f"sqlite:///{self.home / 'uatapp.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @cached_property
    def evidence(self) -> str:
        return self.evidence_url or f"file://{self.home / 'evidence'}"

    @cached_property
    def queue(self) -> str:
        return self.queue_url or f"sqlite:///{self.home / 'queue.db'}"

    @cached_property
    def mail(self) -> str:
        return self.mail_url or f"folder:{self.home / 'mail'}"

    @property
    def keys_folder(self) -> Path:
        return self.home / "keys"

    @property
    def secure(self) -> bool:
        """Say whether people reach us by https, so that cookies are Secure."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    def secret(self) -> str:
        """Return the secret key; make it in HOME with mode 0600 when there is none. Refuses one that can be guessed."""
        path = self.home / "secret_key"
        if not self.secret_key and not path.exists():
            self._make_secret(path)
        found = self.secret_key or path.read_text().strip()
        if len(found) < SHORTEST_SECRET:
            where = "UATAPP_SECRET_KEY" if self.secret_key else str(path)
            raise Refused(f"{where} is too short: give it {SHORTEST_SECRET} random characters or more, or remove it.")
        return found

    def _make_secret(self, path: Path) -> None:
        """Make the key whole before it has its name, so that two processes that start at once use the same."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".secret_key.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
