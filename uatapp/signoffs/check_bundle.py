"""Check what was exported of a sign-off, on any machine: this one file needs Python and the package "cryptography".

    python check_bundle.py [FOLDER]      0: everything fits together, 1: something was changed, 2: could not be checked

The seal of certificate.pdf itself is checked by any PDF reader, or by `uatapp verify --certificate`.
"""

import base64
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TAG = b"uat-audit-v1\n"
CARRIED = ("snapshot.json", "signatures.json", "checkpoint.txt", "keys.pem")


def written(value: Any) -> str:
    """Write strings, whole numbers, true, false and null in the one form of RFC 8785."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return "{" + ",".join(written(key) + ":" + written(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def check(folder: Path) -> Iterator[str]:
    """Yield a sentence for each thing that does not fit."""
    entries: dict[int, dict[str, Any]] = {}
    yield from _trail(folder / "events.jsonl", entries)
    yield from _note(
        (folder / "checkpoint.txt").read_text(encoding="utf-8"), (folder / "keys.pem").read_bytes(), entries
    )
    snapshot, record = (folder / "snapshot.json").read_bytes(), json.loads((folder / "signatures.json").read_bytes())
    bodies = [json.loads(entry["body"]) for entry in entries.values()]
    yield from _signed(snapshot, record, bodies)
    yield from _files(folder, json.loads(snapshot), bodies)


def _trail(path: Path, entries: dict[int, dict[str, Any]]) -> Iterator[str]:
    before = ""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            entry = json.loads(line)
            body = json.loads(entry["body"])
            before = before or entry["prev_hash"]
            chained = hashlib.sha256(TAG + before.encode() + b"\n" + entry["body"].encode()).hexdigest()
            if (entry["seq"], body["seq"], entry["prev_hash"], entry["hash"]) != (number, number, before, chained):
                yield f"entry {number} of the audit trail does not follow from the one before it"
            if written(body) != entry["body"]:
                yield f"entry {number} is not written in the one form that is hashed"
            for name, text in entry["texts"].items():
                if sha256(text["salt"] + text["text"]) != body.get("texts", {}).get(name):
                    yield f"the words beside entry {number} ({name}) are others"
            for name, items in entry["lists"].items():
                if sha256(items) != body.get(name, {}).get("sha256"):
                    yield f"the list beside entry {number} ({name}) is another"
            before = entry["hash"]
            entries[number] = entry


def _note(note: str, keys: bytes, entries: dict[int, dict[str, Any]]) -> Iterator[str]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    text, _empty, signed = note.partition("\n\n")
    origin, seq, hashed, _at = text.splitlines()
    pem = keys[keys.index(b"-----BEGIN PUBLIC KEY") :]
    try:
        key: Any = load_pem_public_key(pem)
        key.verify(base64.b64decode(signed.split()[-1])[4:], (text + "\n").encode())
    except InvalidSignature:
        yield "the checkpoint is not signed with the key given"
    entry = entries.get(int(seq))
    if entry is None or entry["hash"] != base64.b64decode(hashed).hex() or not origin.endswith("/" + entry["chain"]):
        yield f"the audit trail is not the one whose entry {seq} the checkpoint names"


def _signed(snapshot: bytes, record: dict[str, Any], bodies: list[dict[str, Any]]) -> Iterator[str]:
    reference = json.loads(snapshot)["reference"]
    own = [body for body in bodies if body["subject"] == reference]
    told = [body for body in own if body["action"] == "signoff.signed"]
    signed = sorted(body["actor"]["name"] for body in told if body["facts"]["snapshot"] == record["snapshot_sha256"])
    if sha256(snapshot) != record["snapshot_sha256"] or written(json.loads(snapshot)) != snapshot.decode():
        yield "the scope is not the one that was signed"
    if record["snapshot_sha256"] not in [
        body["facts"].get("snapshot") for body in own if body["action"] == "signoff.requested"
    ]:
        yield "the scope is not the one that was frozen at the request"
    for row in record["signatures"]:
        if row["name"] not in signed or row["snapshot_hash"] != record["snapshot_sha256"]:
            yield f"the audit trail does not tell that {row['name']} signed this scope"
    if sorted(row["name"] for row in record["signatures"]) != signed:
        yield "the audit trail tells of other signatures"


def _files(folder: Path, snapshot: dict[str, Any], bodies: list[dict[str, Any]]) -> Iterator[str]:
    stored = [
        b["facts"]["sha256"]
        for b in bodies
        if b["action"] == "certificate.stored" and b["subject"] == snapshot["reference"]
    ]
    if sha256((folder / "certificate.pdf").read_bytes()) not in stored:
        yield "the certificate is not the file whose storing the audit trail tells"
    carried = _carried((folder / "certificate.pdf").read_bytes())
    for name in CARRIED:
        if sha256((folder / name).read_bytes()) not in carried:
            yield f"{name} is not the one that the certificate carries"
    named = json.loads((folder / "evidence.json").read_bytes())
    if named != snapshot["evidence"]:
        yield "the list of evidence is not the one in the scope"
    for row in named:
        path = folder / "evidence" / row["sha256"]
        if path.is_file() and sha256(path.read_bytes()) != row["sha256"]:
            yield f"the file {row['name']} of {row['run']} was changed"


def _carried(paper: bytes) -> set[str]:
    """Return the hashes of all that a PDF carries, its attachments among them."""
    found = set()
    for place in re.finditer(rb"stream\r?\n", paper):
        data = paper[place.end() : paper.find(b"endstream", place.end())]
        try:
            found.add(sha256(zlib.decompressobj().decompress(data)))
        except zlib.error:
            found.add(sha256(data))
    return found


def main(folder: Path) -> int:
    """Print what does not fit; return 0, 1, or 2 where it could not be checked."""
    try:
        found = list(check(folder))
    except (OSError, ImportError) as missing:
        print(f"COULD NOT CHECK  {missing}")
        return 2
    except (ValueError, KeyError, TypeError, AttributeError) as odd:
        found = [f"a file cannot be read: {odd!r}"]
    for sentence in found:
        print(f"NOT IN ORDER  {sentence}")
    if not found:
        print("Everything fits together.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
