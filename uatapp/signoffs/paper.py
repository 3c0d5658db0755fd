"""How a certificate is laid out: what page 1 has room for, what goes on behind it, and how things are written."""

import base64
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from uatapp.kernel import keys as signing
from uatapp.kernel import pdf, seal
from uatapp.signoffs.wording import (
    breakable,
    clipped,
    day,
    days,
    groups,
    joined,
    lines,
    minute,
    second,
    shown,
    unlike,
    word,
)

if TYPE_CHECKING:
    from uatapp.signoffs.addenda import AddendumFacts
    from uatapp.signoffs.documents import CertificateFacts

INK = "#15202b"
CYCLES_NAMED, BUILDS_NAMED = 3, 4
SIGNATORY = "name job_title for_whom organisation"
WIDE_NAME = 23  # characters that one line of a signature column holds
DEFERRED, CLOSED, ENDED = "deferred", "closed", "ended"
PASSED = ("passed", "passed_with_remarks")
SEVERITIES = ("critical", "major", "minor", "cosmetic")
OUTCOMES = (*PASSED, "failed", "blocked", "not_run", "stale", "not_applicable", "uncovered")
MARKS = ("accepted", "conditional", "rejected", "superseded", "deemed")


@dataclass(frozen=True, slots=True)
class Room:
    """How much page 1 shows: how many of each list, how many characters of a text or name; `fit` is a class in CSS."""

    conditions: int
    waivers: int
    signatures: int
    text: int
    name: int
    fit: str


# tried in this order: the first that fits on one page is taken
ROOMS = (
    Room(conditions=3, waivers=3, signatures=4, text=420, name=120, fit="airy open"),
    Room(conditions=3, waivers=3, signatures=4, text=420, name=120, fit="open"),
    Room(conditions=3, waivers=3, signatures=4, text=420, name=120, fit=""),
    Room(conditions=3, waivers=3, signatures=4, text=420, name=120, fit="long"),
    Room(conditions=2, waivers=2, signatures=2, text=240, name=80, fit="long"),
    Room(conditions=1, waivers=1, signatures=2, text=110, name=60, fit="long"),
    Room(conditions=1, waivers=1, signatures=1, text=60, name=40, fit="long"),
)


def sheet(facts: "CertificateFacts", keys: signing.Keys, attachments: tuple[pdf.Attached, ...]) -> pdf.Sheet:
    """Return the certificate as a sheet, with the roomiest page 1 that fits on one page."""
    whole = shown(asdict(facts))
    resources = _resources(facts)
    identifier = bytes.fromhex(facts.snapshot_hash)[:16]
    at = datetime.fromisoformat(facts.issued_at)

    def written(room: Room, *, annexes: bool) -> str:
        return certificate_html(whole, room, keys, annexes=annexes)

    probes = [pdf.Sheet(written(room, annexes=False), at, identifier, resources) for room in ROOMS]
    chosen = ROOMS[pdf.first_on_one_page(probes)]
    return pdf.Sheet(written(chosen, annexes=True), at, identifier, resources, attachments)


def addendum(facts: "AddendumFacts", keys: signing.Keys, attachments: tuple[pdf.Attached, ...]) -> pdf.Sheet:
    """Return an addendum as a sheet: page 1 says what was signed and by whom, the annex lists all of it."""
    whole: dict[str, Any] = shown(asdict(facts)) | {"superseded_by": None}
    address = whole["check_url"].split("://", 1)[-1]
    html = _environment().get_template("addendum.html").render(
        c=whole, s=whole["snapshot"], keys=keys, checkpoint=_checkpoint(whole["checkpoint"]),
        address=address, address_before_code=address.removesuffix(whole["check_code"]),
        wide_names=any(len(row["name"]) > WIDE_NAME for row in whole["signatures"]),
        meaning_lines=_lines((row["statement"] for row in whole["signatures"][:4]), len(whole["signatures"][:4])),
    )  # fmt: skip
    at, identifier = datetime.fromisoformat(facts.issued_at), bytes.fromhex(facts.snapshot_hash)[:16]
    return pdf.Sheet(html, at, identifier, _resources(facts), attachments)


def stamp(facts: "CertificateFacts | AddendumFacts", keys: signing.Keys, at: datetime) -> pdf.Sheet:
    """Return what the seal field shows, exactly as large as the field."""
    html = _environment().get_template("stamp.html").render(
        number=shown(facts.number), seal_name=shown(facts.seal_name), at=at.isoformat(), hash=facts.snapshot_hash,
        key=keys.seal_key_id, width=seal.FIELD_WIDTH_MM, height=seal.FIELD_HEIGHT_MM,
    )  # fmt: skip
    resources = {"stamp.css": _style("stamp.css")}
    return pdf.Sheet(html, at, bytes.fromhex(facts.snapshot_hash)[:16], resources, variant="pdf/a-3b")


def certificate_html(whole: dict[str, Any], room: Room, keys: signing.Keys, *, annexes: bool) -> str:
    """Return what is laid out: page 1 with as much room for texts as told, and the annexes where they are wanted."""
    front = _front(whole, room)
    address = whole["check_url"].split("://", 1)[-1]
    html: str = _environment().get_template("certificate.html").render(
        c=whole, s=whole["snapshot"], front=front, annexes=annexes, counts=_counts(whole),
        defects=_defects(whole["snapshot"]["defects"]), groups_of_requirements=_by_process(whole["snapshot"]),
        checkpoint=_checkpoint(whole["checkpoint"]), keys=keys, state=_state(whole), unsigned=_unsigned(whole),
        address=address, address_before_code=address.removesuffix(whole["check_code"]),
    )  # fmt: skip
    return html


def _state(whole: Mapping[str, Any]) -> str:
    if whole["superseded_by"]:
        return "superseded"
    words = {"accepted_with_conditions": "conditional", "deemed_accepted": "deemed"}
    return words.get(whole["decision"], str(whole["decision"]))


# ---- page 1 ----


def _front(whole: dict[str, Any], room: Room) -> dict[str, Any]:
    """Choose what page 1 shows; `continued` says that something is shorter there than it is."""
    waivers = _waived(whole)
    reasons = [row for row in whole["signatures"] if row["decision"] == "rejected"]
    names = {"customer": whole["snapshot"]["customer"], "partners": joined(whole["snapshot"]["partners"]),
             "project": whole["snapshot"]["project"]["name"], "title": whole["snapshot"]["requested"]["title"]}  # fmt: skip
    front: dict[str, Any] = {
        **{name: clipped(text, room.name) for name, text in names.items()},
        "conditions": [_clip(row, room, "text workaround", "owner") for row in whole["conditions"][: room.conditions]],
        "reasons": [_clip(row, room, "reasons", "name") for row in reasons[: room.conditions]],
        "waivers": [_clip(row, room, "criterion by", "required value") for row in waivers[: room.waivers]],
        "deemed": whole["deemed"] and _clip(whole["deemed"], room, "clause", "by job_title organisation"),
        "signatures": [_clip(row, room, "statement", SIGNATORY) for row in whole["signatures"][: room.signatures]],
        "scope": _scope(whole["snapshot"], room),
    }
    shortened = {
        "names": front["scope"]["shortened"] or any(front[name] != text for name, text in names.items()),
        "conditions": front["conditions"] != whole["conditions"],
        "reasons": front["reasons"] != reasons,
        "waivers": front["waivers"] != waivers,
        "signatures": front["signatures"] != whole["signatures"],
        "deemed": front["deemed"] != whole["deemed"],
    }
    return front | {
        "all_reasons": reasons,
        "all_waivers": waivers,
        "shortened": shortened,
        "continued": any(shortened.values()),
        "fit": room.fit,
        "meaning_lines": _lines((row["statement"] for row in front["signatures"]), len(front["signatures"])),
        "wide_names": any(len(row["name"]) > WIDE_NAME for row in front["signatures"]),
    }


def _scope(scope: Mapping[str, Any], room: Room) -> dict[str, Any]:
    """Return the cycles and builds that page 1 names, and whether it names them all in full."""
    cycles = scope["cycles"]
    builds = unlike(build for cycle in cycles for build in cycle["builds"])
    named = [_clip(cycle, room, "", "name environment") for cycle in cycles[:CYCLES_NAMED]]
    built = [clipped(build, room.name) for build in builds[:BUILDS_NAMED]]
    return {
        "cycles": named,
        "more_cycles": len(cycles) - len(named),
        "builds": joined(built) + ("…" if len(builds) > len(built) else ""),
        "cycle_numbers": joined(str(cycle["number"]) for cycle in cycles[:CYCLES_NAMED])
        + ("…" if len(cycles) > len(named) else ""),
        "shortened": named != cycles or built != builds,
        "units": len({person["unit"] for person in scope["people"] if person["unit"]}),
    }


def _clip(row: Mapping[str, Any], room: Room, running: str, names: str) -> dict[str, Any]:
    """Shorten the texts of a row that page 1 prints: running text to its room, names to theirs."""
    lengths = dict.fromkeys(running.split(), room.text) | dict.fromkeys(names.split(), room.name)
    return {**row, **{part: clipped(row[part], length) for part, length in lengths.items() if row[part]}}


def _waived(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each waived criterion once, with what was agreed and measured, and who waived it."""
    measured = {row["title"]: row for row in whole["snapshot"]["criteria"]}
    titles = unlike(row["criterion"] for row in whole["waivers"])
    return [
        {
            "criterion": title,
            "required": measured[title]["required"] if title in measured else "",
            "value": measured[title]["value"] if title in measured else "",
            "by": joined(row["by"] for row in whole["waivers"] if row["criterion"] == title),
        }
        for title in titles
    ]


def _lines(texts: Iterable[str], columns: int) -> int:
    """Estimate the lines of the longest statement, so that the names below stand at one height."""
    width = 36 if columns == 3 else 56
    return max((-(-len(text) // width) for text in texts), default=1)


def _unsigned(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who was asked and had not signed when the decision was made."""
    signed = Counter((row["for_whom"] or row["name"], row["organisation"]) for row in whole["signatures"])
    return [row for row in whole["snapshot"]["signatories"] if not signed[row["name"], row["organisation"]]]


# ---- what the annexes count ----


def _counts(whole: Mapping[str, Any]) -> dict[str, int]:
    figures, defects = whole["snapshot"]["figures"], whole["snapshot"]["defects"]
    deferred = sum(row["state"] == DEFERRED for row in defects)
    return {
        "run": figures["passed"] + figures["remarks"] + figures["failed"] + figures["blocked"],
        "passed": figures["passed"] + figures["remarks"],
        "not_tested": figures["not_run"] + figures["stale"],
        "deferred": deferred,
        "open": sum(_is_open(row) for row in defects),
        "waivers": len(_waived(whole)),
        "reasons": sum(row["decision"] == "rejected" for row in whole["signatures"]),
        "conditions": len(whole["conditions"]),
        "signatories": len(whole["snapshot"]["signatories"]),
    }


def _is_open(defect: Mapping[str, Any]) -> bool:
    return bool(defect["open"]) and defect["state"] != DEFERRED


def _defects(defects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [(severity, [row for row in defects if row["severity"] == severity]) for severity in SEVERITIES]
    owed = [row for row in defects if _is_open(row) or row["state"] == DEFERRED]
    return {
        "table": [{"severity": severity, **_settled(rows)} for severity, rows in [*rows, ("all", list(defects))]],
        "owed": sorted(owed, key=lambda row: (not _is_open(row), _severity(row["severity"]))),
        "settled": [row for row in defects if row not in owed],
    }


def _settled(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {
        "raised": len(rows),
        "closed": sum(row["state"] == CLOSED for row in rows),
        "ended": sum(row["state"] == ENDED for row in rows),
        "deferred": sum(row["state"] == DEFERRED for row in rows),
        "open": sum(_is_open(row) for row in rows),
    }


def _severity(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _by_process(scope: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the requirements by business process, in the order of the processes, each with its tests passed."""
    known = [row["name"] for row in scope["processes"]]
    names = unlike([*known, *(row["process"] for row in scope["requirements"])])
    grouped = [(name, [_counted(row) for row in scope["requirements"] if row["process"] == name]) for name in names]
    return [(name, rows) for name, rows in grouped if rows]


def _counted(requirement: Mapping[str, Any]) -> dict[str, Any]:
    return {**requirement, "tests_passed": sum(test["outcome"] in PASSED for test in requirement["tests"])}


def _checkpoint(note: str) -> dict[str, str]:
    """Return the parts of the signed checkpoint that page 1 prints."""
    lines = [*signing.note_text(note).splitlines(), "", "", ""]
    try:
        hashed = base64.b64decode(lines[2], validate=True).hex()
    except ValueError:
        hashed = lines[2]
    return {"origin": lines[0], "seq": lines[1], "hash": hashed}


# ---- how things are written ----


@cache
def _folder() -> Path:
    """Return the templates of PDFs: in the wheel they stand inside the package, in the repository beside it."""
    package = Path(str(files("uatapp")))
    inside = package / "templates" / "pdf"
    return inside if inside.is_dir() else package.parent / "templates" / "pdf"


def _style(name: str) -> bytes:
    return (_folder() / name).read_bytes()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=breakable,
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        day=day, second=second, minute=minute, groups=groups, word=word, joined=joined, lines=lines, clipped=clipped
    )
    environment.globals.update(days=days, OUTCOMES=OUTCOMES, wide_name=WIDE_NAME)
    return environment


def _resources(facts: "CertificateFacts | AddendumFacts") -> dict[str, bytes]:
    names = ["certificate.css", "watermark.svg", *(f"mark-{mark}.svg" for mark in MARKS)]
    return {name: _style(name) for name in names} | {"qr.svg": _qr(facts.check_url)}


def _qr(address: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", dark=INK, border=0, scale=4, xmldecl=False)
    return drawn.getvalue()
