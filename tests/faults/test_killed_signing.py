"""A server killed while a sponsor signs: not signed, or signed and told once; the same press again changes nothing."""

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.factories import flow
from tests.faults.servers import Person, Place, Server, in_order
from tests.signoffs.test_signing import request, state
from tests.world import PASSWORD
from uatapp.audit.models import AuditEntry
from uatapp.cycles import queries as cycles
from uatapp.kernel.db import db
from uatapp.signoffs.models import Signature
from uatapp.signoffs.queries import get_signoff
from uatapp.signoffs.states import SignoffState


@pytest.fixture(scope="module")
def asked(place: Place, soak: bool) -> list[int]:
    """Close the cycle, and ask a sponsor for some decisions on it."""
    with place.look() as world:
        flow.close(world, cycles.get_cycle(world.project.id, 1))
        return [request(world, "sponsor") for _ in range(40 if soak else 3)]


@pytest.mark.proves("F3")
def test_a_signature_is_whole_or_not_there(place: Place, asked: list[int], server: Server) -> None:
    for number in asked:
        sponsor = Person(place, "sponsor")
        bound = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', sponsor.get(_at(number)).text))
        given = {"decision": "rejected", "reasons": "Not yet.", "read": "1", "password": PASSWORD, **bound}
        with place.look() as world:
            given["code"] = world.code("sponsor")
        with ThreadPoolExecutor(1) as pool:
            signing = pool.submit(sponsor.insist, f"{_at(number)}/sign", **given)
            time.sleep(random.uniform(0, 0.3))
            server.kill()
            server.start()
            assert signing.result()[-1] == 303
        assert place.scalars(sa.select(Signature.signoff_id)).count(_id(place, number)) == 1
    told = place.scalars(sa.select(AuditEntry.subject).where(AuditEntry.action == "signoff.signed"))
    assert sorted(told) == sorted(f"PAY-S{number}" for number in asked)
    with place.look() as world:
        assert {state(world, number) for number in asked} == {SignoffState.REJECTED}
    in_order(place)


def _at(number: int) -> str:
    return f"/projects/PAY/signoffs/{number}"


def _id(place: Place, number: int) -> int:
    with place.look() as world:
        found = get_signoff(world.project.id, number).id
        db.session.rollback()
        return found
