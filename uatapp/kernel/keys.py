"""The installation's keys: Ed25519 for checkpoints of the audit chain, ECDSA P-256 with a certificate for the seal.

They are files in HOME/keys, made together on first use; private parts never leave the folder.
"""

import base64
import binascii
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID

CHECKPOINT_KEY, SEAL_KEY, SEAL_CERTIFICATE = "checkpoint-key.pem", "seal-key.pem", "seal-certificate.pem"
FILES = (CHECKPOINT_KEY, SEAL_KEY, SEAL_CERTIFICATE)
VALID_FOR = timedelta(days=365 * 40)
LONGEST_COMMON_NAME = 64
_ED25519 = b"\x01"
_DASH = "— "


class KeysIncomplete(RuntimeError):
    """The folder of keys lacks files: made anew, they would make earlier certificates look forged."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation; `name` is the one they were made under."""

    name: str
    checkpoint_key: Ed25519PrivateKey
    seal_key: EllipticCurvePrivateKey
    seal_certificate: x509.Certificate

    @classmethod
    def load_or_create(cls, folder: Path, name: str, now: datetime) -> "Keys":
        """Read the keys, or make them all at once where there are none. Refuses a folder that lacks some."""
        if not _holds_any(folder):
            _create(folder, name, now)
        return cls._load(folder)

    @classmethod
    def _load(cls, folder: Path) -> "Keys":
        missing = [file for file in FILES if not (folder / file).is_file()]
        if missing:
            raise KeysIncomplete(
                f"{folder} lacks {', '.join(missing)}. Put the folder back from a backup. New keys would not fit "
                "the certificates already issued; to make new ones on purpose, move the folder away first."
            )
        checkpoint = form.load_pem_private_key((folder / CHECKPOINT_KEY).read_bytes(), None)
        seal = form.load_pem_private_key((folder / SEAL_KEY).read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((folder / SEAL_CERTIFICATE).read_bytes())
        if not isinstance(checkpoint, Ed25519PrivateKey) or not isinstance(seal, EllipticCurvePrivateKey):
            raise KeysIncomplete(f"{folder} holds keys of another kind. Put the folder back from a backup.")
        if seal.public_key() != certificate.public_key():
            raise KeysIncomplete(
                f"In {folder}, seal key and certificate do not fit. Put the folder back from a backup."
            )
        return cls(_common_name(certificate), checkpoint, seal, certificate)

    @property
    def checkpoint_key_id(self) -> str:
        """Return the eight characters that name the checkpoint key in notes."""
        return key_hash(self.name, self.checkpoint_key.public_key()).hex()

    @property
    def seal_key_id(self) -> str:
        """Return the SHA-256 of the seal's certificate."""
        return self.seal_certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def checkpoint_public_pem(self) -> bytes:
        return _public_pem(self.checkpoint_key.public_key())

    @property
    def seal_certificate_pem(self) -> bytes:
        return self.seal_certificate.public_bytes(form.Encoding.PEM)

    @property
    def public_pem(self) -> bytes:
        """Return both public parts in one file, as people keep it to check certificates offline."""
        return self.seal_certificate_pem + self.checkpoint_public_pem

    def sign_note(self, text: str) -> str:
        """Return the text as a signed note: its lines, an empty line, and "— name base64(key hash‖signature)"."""
        if not text.strip() or "\n\n" in text:
            raise ValueError("A note has lines of text and no empty ones.")
        body = text if text.endswith("\n") else text + "\n"
        signature = self.checkpoint_key.sign(body.encode())
        signed = base64.b64encode(key_hash(self.name, self.checkpoint_key.public_key()) + signature).decode()
        return f"{body}\n{_DASH}{self.name} {signed}\n"


def verify_note(note: str, public: bytes | Ed25519PublicKey) -> bool:
    """Say whether a note carries a signature by this key, given as PEM or as the key itself."""
    key = public if isinstance(public, Ed25519PublicKey) else form.load_pem_public_key(public)
    body, empty, lines = note.partition("\n\n")
    if not empty or not isinstance(key, Ed25519PublicKey):
        return False
    return any(_signed(body + "\n", line, key) for line in lines.splitlines())


def note_text(note: str) -> str:
    """Return the signed lines of a note."""
    return note.partition("\n\n")[0] + "\n"


def key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that name a key in a signed note."""
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _signed(body: str, line: str, key: Ed25519PublicKey) -> bool:
    name, _space, encoded = line.removeprefix(_DASH).rpartition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
        key.verify(raw[4:], body.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return line.startswith(_DASH) and raw[:4] == key_hash(name, key)


def _holds_any(folder: Path) -> bool:
    return any((folder / file).exists() for file in FILES)


def _create(folder: Path, name: str, now: datetime) -> None:
    """Write all files beside the folder and rename it into place, so that nobody ever sees half of them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for file, content in _made(_plain(name), now).items():
            _write(making / file, content)
        os.rename(making, folder)
    except OSError:
        if not _holds_any(folder):
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _made(name: str, now: datetime) -> dict[str, bytes]:
    checkpoint, seal = Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())
    certificate = _certificate(name, seal, now)
    return {
        CHECKPOINT_KEY: _private_pem(checkpoint),
        SEAL_KEY: _private_pem(seal),
        SEAL_CERTIFICATE: certificate.public_bytes(form.Encoding.PEM),
    }


def _certificate(name: str, key: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """Certify the seal key by itself, for signing documents only."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Electronic seal of a uatapp installation"),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, True, False, False, False)
    return (
        x509.CertificateBuilder(subject, subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _plain(name: str) -> str:
    """Return the name as a note may carry it: no blanks, no plus sign, no longer than a certificate allows."""
    plain = "-".join(name.replace("+", " ").split())[:LONGEST_COMMON_NAME]
    if not plain:
        raise ValueError("Keys need a name.")
    return plain


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _private_pem(key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
