"""Checkpoints: signed notes on a chain's head (C2SP form), as certificates print them."""

import base64
import binascii
from dataclasses import dataclass

import sqlalchemy as sa

from uatapp.audit.models import AuditChain, Checkpoint
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.keys import Keys


@dataclass(frozen=True, slots=True)
class Point:
    """What a checkpoint says: the chain had this hash at this entry."""

    chain: str
    seq: int
    hash: str
    at: str = ""


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
