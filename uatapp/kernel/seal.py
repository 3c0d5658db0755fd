"""The installation's electronic seal on a PDF (PAdES, by pyHanko), and its check without the installation.

pyHanko is imported where it is used: it takes seconds, and most processes never seal.
"""

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from uatapp.kernel.keys import Keys, verify_note

FIELD = "Seal"
SNAPSHOT, SIGNATURES, CHECKPOINT, PUBLIC_KEYS = "snapshot.json", "signatures.json", "checkpoint.txt", "keys.pem"
PARTS = (SNAPSHOT, SIGNATURES, CHECKPOINT, PUBLIC_KEYS)
# the field stands at the right margin of page 1, measured from the lower edge, on A4 and Letter alike
MM = 72 / 25.4
FIELD_WIDTH_MM, FIELD_HEIGHT_MM = 54.0, 23.5
_RIGHT_MARGIN_MM, _FROM_BELOW_MM = 22.0, 26.0
_ROOM_FOR_SIGNATURE = 16384


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What the check of a sealed PDF found. `reasons` says why it is not genuine; attachments are as carried."""

    genuine: bool
    reasons: tuple[str, ...]
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    sealed_by: str = ""
    sealed_at: datetime | None = None


def seal_pdf(data: bytes, stamp: bytes, keys: Keys, *, reason: str) -> bytes:
    """Add the installation's seal to a PDF, shown by the stamp (a PDF page as large as the field), and certify it."""
    from pyhanko.pdf_utils import layout
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.stamp import StaticStampStyle

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        name=keys.name,
        reason=reason,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(stamp)
        file.flush()
        whole = layout.SimpleBoxLayoutRule(layout.AxisAlignment.ALIGN_MID, layout.AxisAlignment.ALIGN_MID)
        style = StaticStampStyle.from_pdf_file(file.name, border_width=0, background_layout=whole)
        place = fields.SigFieldSpec(sig_field_name=FIELD, on_page=0, box=_field_box(writer))
        pdf_signer = signers.PdfSigner(meta, signer=_signer(keys), stamp_style=style, new_field_spec=place)
        sealed: io.BytesIO = pdf_signer.sign_pdf(writer, bytes_reserved=_ROOM_FOR_SIGNATURE)
    return sealed.getvalue()


def check_pdf(data: bytes, trusted_pems: Sequence[bytes | str]) -> SealCheck:
    """Check a sealed PDF against certificates and checkpoint keys that the reader trusts; needs no connection.

    Where no checkpoint key is trusted by itself, the one carried under a trusted seal counts.
    """
    certificates, keys = _trusted(trusted_pems)
    if not certificates:
        return SealCheck(False, ("No certificate of an installation was given to check the seal with.",))
    try:
        return _check(data, certificates, keys)
    except Exception as odd:
        return SealCheck(False, (f"This is not a PDF that can be read: {type(odd).__name__}.",))


def _check(data: bytes, certificates: list[x509.Certificate], keys: list[Ed25519PublicKey]) -> SealCheck:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=True)
    seals = list(reader.embedded_signatures)
    if len(seals) != 1:
        return SealCheck(False, ("The document carries no seal.",) if not seals else ("It carries other signatures.",))
    files = _carried(reader)
    reasons = _seal_reasons(seals[0], certificates) or _padding_reasons(data, seals[0])
    reasons = reasons or (*_content_reasons(files), *_note_reasons(files, keys))
    signer = seals[0].signer_cert
    by = str(signer.subject.native.get("common_name", "")) if signer is not None else ""
    return SealCheck(not reasons, tuple(reasons), files, by, seals[0].self_reported_timestamp)


def _seal_reasons(seal: Any, certificates: list[x509.Certificate]) -> tuple[str, ...]:
    """Say what is wrong with the seal itself: changed bytes, later additions, another sealer."""
    from asn1crypto import x509 as asn1
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    known = [certificate.public_bytes(form.Encoding.DER) for certificate in certificates]
    roots = [asn1.Certificate.load(der) for der in known]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=seal.self_reported_timestamp)
    status = validate_pdf_signature(seal, context, skip_diff=True)
    if not (status.intact and status.valid):
        return ("The document was changed after it was sealed.",)
    if seal.signer_cert.dump() not in known:
        return ("It was sealed by somebody else than the installation whose certificate was given.",)
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or not status.bottom_line:
        return ("Something was added to the document after it was sealed.",)
    return ()


def _padding_reasons(data: bytes, seal: Any) -> tuple[str, ...]:
    """The room kept for the signature is the only part that it does not cover: it holds the signature and zeros."""
    from asn1crypto import parser

    start, end = int(seal.byte_range[1]), int(seal.byte_range[2])
    room = data[start + 1 : end - 1]
    whole = bytes.fromhex(room.decode("ascii"))
    signature = whole[: parser.peek(whole)]
    if data[start:end] == b"<" + signature.hex().upper().encode().ljust(len(room), b"0") + b">":
        return ()
    return ("The document was changed after it was sealed.",)


def _content_reasons(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Say where the parts carried do not fit each other."""
    missing = [name for name in PARTS if name not in files]
    if missing:
        return (f"It does not carry {', '.join(missing)}.",)
    snapshot, record = files[SNAPSHOT], json.loads(files[SIGNATURES])
    found = hashlib.sha256(snapshot).hexdigest()
    signed = [record["snapshot_sha256"], *(row["snapshot_hash"] for row in record["signatures"])]
    reasons = []
    if any(value != found for value in signed):
        reasons.append("The frozen scope is not the one that was signed.")
    if rfc8785.dumps(json.loads(snapshot)) != snapshot:
        reasons.append("The frozen scope is not written in its canonical form.")
    return tuple(reasons)


def _note_reasons(files: Mapping[str, bytes], keys: list[Ed25519PublicKey]) -> tuple[str, ...]:
    if CHECKPOINT not in files or PUBLIC_KEYS not in files:
        return ()
    usable = keys or _trusted([files[PUBLIC_KEYS]])[1]
    note = files[CHECKPOINT].decode()
    if any(verify_note(note, key) for key in usable):
        return ()
    return ("The audit checkpoint is not signed by the installation.",)


def _carried(reader: Any) -> dict[str, bytes]:
    """Return the parts carried, by name; WeasyPrint lists them in one flat array of names and files."""
    listed = list(reader.root["/Names"]["/EmbeddedFiles"]["/Names"])
    pairs = zip(listed[::2], listed[1::2], strict=True)
    files = {str(name): spec.get_object()["/EF"]["/F"].data for name, spec in pairs}
    return {name: files[name] for name in PARTS if name in files}


def _trusted(pems: Sequence[bytes | str]) -> tuple[list[x509.Certificate], list[Ed25519PublicKey]]:
    """Split PEM files into certificates of seals and keys of checkpoints. Raises ValueError for other contents."""
    certificates: list[x509.Certificate] = []
    keys: list[Ed25519PublicKey] = []
    for block in (block for pem in pems for block in _blocks(pem)):
        if b"BEGIN CERTIFICATE" in block:
            certificates.append(x509.load_pem_x509_certificate(block))
            continue
        key = form.load_pem_public_key(block)
        if isinstance(key, Ed25519PublicKey):
            keys.append(key)
    return certificates, keys


def _blocks(pem: bytes | str) -> list[bytes]:
    raw = pem.encode() if isinstance(pem, str) else pem
    parts = raw.split(b"-----BEGIN ")[1:]
    return [b"-----BEGIN " + part for part in parts]


def _field_box(writer: Any) -> Any:
    page = writer.root["/Pages"]["/Kids"][0]
    box = page.get("/MediaBox") or writer.root["/Pages"]["/MediaBox"]
    right = float(box[2]) - _RIGHT_MARGIN_MM * MM
    low = _FROM_BELOW_MM * MM
    return (right - FIELD_WIDTH_MM * MM, low, right, low + FIELD_HEIGHT_MM * MM)


def _signer(keys: Keys) -> Any:
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = keys.seal_key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(keys.seal_certificate.public_bytes(form.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
