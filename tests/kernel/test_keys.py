"""The installation's keys: made once, kept private, and notes signed with them."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from uatapp.kernel import keys
from uatapp.kernel.keys import Keys, KeysIncomplete, verify_note

pytestmark = pytest.mark.pure
NOW = datetime(2026, 11, 18, 13, 20, tzinfo=UTC)
TEXT = "uat.example/audit/OTC\n4871\nzJC9pISE6zg=\n2026-11-18T13:20:07+00:00\n"


@pytest.fixture
def made(tmp_path: Path) -> Keys:
    return Keys.load_or_create(tmp_path / "keys", "uat.example", NOW)


def test_are_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = Keys.load_or_create(folder, "uat.example", NOW)
    later = Keys.load_or_create(folder, "another.example", NOW + timedelta(days=400))
    assert (later.name, later.seal_key_id, later.public_pem) == ("uat.example", first.seal_key_id, first.public_pem)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert [left.name for left in tmp_path.iterdir()] == ["keys"]


def test_made_by_many_at_once_are_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _n: Keys.load_or_create(folder, "uat.example", NOW), range(16)))
    assert len({one.seal_key_id for one in made}) == 1
    assert len({one.checkpoint_key_id for one in made}) == 1


@pytest.mark.proves("F36")
@pytest.mark.parametrize("lost", keys.FILES)
def test_a_lost_file_is_told_and_not_replaced(tmp_path: Path, lost: str) -> None:
    folder = tmp_path / "keys"
    Keys.load_or_create(folder, "uat.example", NOW)
    (folder / lost).unlink()
    with pytest.raises(KeysIncomplete, match=f"lacks {lost}. Put the folder back from a backup"):
        Keys.load_or_create(folder, "uat.example", NOW)
    assert not (folder / lost).exists()


def test_a_key_that_does_not_fit_is_told(tmp_path: Path) -> None:
    folder, other = tmp_path / "keys", tmp_path / "other"
    Keys.load_or_create(folder, "uat.example", NOW)
    Keys.load_or_create(other, "uat.example", NOW)
    (folder / keys.SEAL_KEY).write_bytes((other / keys.SEAL_KEY).read_bytes())
    with pytest.raises(KeysIncomplete, match="do not fit"):
        Keys.load_or_create(folder, "uat.example", NOW)


def test_public_part_has_no_private_key(made: Keys) -> None:
    assert b"PRIVATE" not in made.public_pem
    assert made.public_pem.count(b"-----BEGIN CERTIFICATE") == 1
    assert made.public_pem.count(b"-----BEGIN PUBLIC KEY") == 1


def test_a_name_is_made_fit_for_notes(tmp_path: Path) -> None:
    assert Keys.load_or_create(tmp_path / "keys", " UAT of A + B ", NOW).name == "UAT-of-A-B"


def test_a_note_is_signed(made: Keys) -> None:
    note = made.sign_note(TEXT)
    assert note.startswith(TEXT + "\n— uat.example ")
    assert keys.note_text(note) == TEXT
    assert verify_note(note, made.checkpoint_public_pem)


def test_any_changed_character_of_a_note_is_found(made: Keys) -> None:
    note = made.sign_note(TEXT)
    signed = note.rindex(" ") + 1
    for place in [*range(len(TEXT)), signed, signed + 4, signed + 40]:
        other = "x" if note[place] != "x" else "y"
        assert not verify_note(note[:place] + other + note[place + 1 :], made.checkpoint_public_pem), place


def test_a_note_of_somebody_else_is_not_ours(made: Keys, tmp_path: Path) -> None:
    other = Keys.load_or_create(tmp_path / "other", "uat.example", NOW)
    assert not verify_note(other.sign_note(TEXT), made.checkpoint_public_pem)
    assert not verify_note(made.sign_note(TEXT).replace("— uat.example", "— evil.example"), made.checkpoint_public_pem)
    assert not verify_note(made.sign_note(TEXT), made.seal_certificate.public_key().public_bytes(*_PEM))


@pytest.mark.parametrize(
    "odd", ["", "\n", "no signature\n", "a\n\n", "a\n\n— b\n", "a\n\n— b !!!\n", "a\n\n— b YQ==\n"]
)
def test_what_is_no_note_is_refused(made: Keys, odd: str) -> None:
    assert not verify_note(odd, made.checkpoint_public_pem)


@pytest.mark.parametrize("odd", ["", " \n", "two\n\nparts\n"])
def test_what_cannot_be_a_note_is_not_signed(made: Keys, odd: str) -> None:
    with pytest.raises(ValueError, match="A note has lines"):
        made.sign_note(odd)


_PEM = (keys.form.Encoding.PEM, keys.form.PublicFormat.SubjectPublicKeyInfo)
