"""Roll-out waves: named groups of business units, kept by the project managers."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.accounts.service import clean_name
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.uow import record
from uatapp.projects.events import WaveKept
from uatapp.projects.models import BusinessUnit, Project, Wave, WaveUnit


def keep_wave(project: Project, name: str, units: Sequence[BusinessUnit], *, by: Actor) -> Wave:
    """Name a wave and its units; a present name gets these units instead. Refuses a wave without units."""
    name = clean_name(name)
    if not units:
        sentence = _("Choose at least one business unit that goes live in this wave.")
        raise Invalid(sentence, fields={"units": sentence})
    where = (Wave.project_id == project.id, Wave.name == name)
    wave = db.session.scalar(sa.select(Wave).where(*where).with_for_update())
    if wave is None:
        wave = Wave(project_id=project.id, name=name)
        db.session.add(wave)
        db.session.flush()
    rows = _set_units(wave, {unit.id for unit in units})
    names = tuple(sorted(unit.name for unit in units))
    record(WaveKept(project_id=project.id, subject=name, by=by, name=name, units=names), wave, *rows)
    return wave


def _set_units(wave: Wave, wanted: Collection[int]) -> list[WaveUnit]:
    held = db.session.scalars(sa.select(WaveUnit).where(WaveUnit.wave_id == wave.id)).all()
    gone = [row for row in held if row.unit_id not in wanted]
    missing = sorted(set(wanted) - {row.unit_id for row in held})
    new = [WaveUnit(project_id=wave.project_id, wave_id=wave.id, unit_id=unit_id) for unit_id in missing]
    for row in gone:
        db.session.delete(row)
    db.session.add_all(new)
    db.session.flush()
    return [*gone, *new]


def list_waves(project_id: int) -> dict[Wave, list[BusinessUnit]]:
    """Return a project's waves by name, each with its units."""
    waves = db.session.scalars(sa.select(Wave).where(Wave.project_id == project_id).order_by(Wave.name)).all()
    statement = sa.select(WaveUnit).where(WaveUnit.project_id == project_id).options(joinedload(WaveUnit.unit))
    found: dict[int, list[BusinessUnit]] = {}
    for row in db.session.scalars(statement):
        found.setdefault(row.wave_id, []).append(row.unit)
    return {wave: sorted(found.get(wave.id, ()), key=lambda unit: unit.name) for wave in waves}
