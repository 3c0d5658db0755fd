"""Checkpoints: signed notes on a chain's head (C2SP form), as certificates print them."""

import base64
import binascii
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from uatapp.audit.models import AuditChain, Checkpoint
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.keys import Keys, KeysIncomplete


@dataclass(frozen=True, slots=True)
class Point:
    """What a checkpoint says: the chain had this hash at this entry."""

    chain: str
    seq: int
    hash: str
    at: str = ""


def refuse_lost_keys() -> None:
    """Refuse (KeysIncomplete) to go on without the keys that have signed: new ones would make all before look forged."""
    folder = current_app.config["UATAPP"].keys_folder
    if not folder.is_dir() and db.session.scalar(sa.select(Checkpoint.id).limit(1)) is not None:
        raise KeysIncomplete(
            f"The keys in {folder} are lost. Put the folder back from a backup (`uatapp restore`, or by hand); until then "
            "nothing can be sealed. Certificates made before can still be checked with the public key that each carries."
        )


def installation_keys() -> Keys:
    """Return the installation's keys, made on first use. Refuses (KeysIncomplete) to replace keys that have signed."""
    refuse_lost_keys()
    settings = current_app.config["UATAPP"]
    return Keys.load_or_create(settings.keys_folder, settings.host, clock.now())


def make(chain_name: str, keys: Keys) -> Checkpoint:
    """Sign the present head of a chain and keep the note, in the open unit of work. Refuses an unknown chain."""
    statement = sa.select(AuditChain).where(AuditChain.name == chain_name).with_for_update()
    head = db.session.scalar(statement)
    if head is None:
        raise NotFound
    at = clock.now()
    note = keys.sign_note(text_of(keys.name, Point(head.name, head.seq, head.hash, clock.iso(at))))
    row = Checkpoint(chain=head.name, seq=head.seq, hash=head.hash, note=note, at=at)
    db.session.add(row)
    db.session.flush()
    return row


def text_of(name: str, point: Point) -> str:
    """Write the lines that are signed: whose log, how long, its hash, and when that was."""
    hashed = base64.b64encode(bytes.fromhex(point.hash)).decode()
    return f"{name}/audit/{point.chain}\n{point.seq}\n{hashed}\n{point.at}\n"


def read(text: str) -> Point:
    """Read those lines again; raise ValueError for anything else."""
    try:
        origin, seq, hashed, at = text.strip().splitlines()[:4]
        hexed = base64.b64decode(hashed, validate=True).hex()
        return Point(origin.rpartition("/audit/")[2], int(seq), hexed, at)
    except (ValueError, binascii.Error) as odd:
        raise ValueError("This is not a checkpoint.") from odd
