"""What the chains say, in a temporary file, so that memory does not grow with their length."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_TABLES = """
CREATE TABLE frozen (
  chain TEXT, ref TEXT, hash TEXT, seq INTEGER, seen INTEGER DEFAULT 0, PRIMARY KEY (chain, ref, hash)
) WITHOUT ROWID;
CREATE TABLE state (chain TEXT, subject TEXT, state TEXT, seq INTEGER, PRIMARY KEY (chain, subject)) WITHOUT ROWID;
"""


class Index:
    """Frozen hashes by reference, and the last told state by subject."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="uatapp-verify-")
        self._db = sqlite3.connect(Path(self._folder.name) / "index.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_TABLES)

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()
        self._folder.cleanup()

    def add_frozen(self, chain: str, seq: int, pairs: list[list[str]]) -> None:
        """Note the hashes that an entry holds; the first entry of a hash counts."""
        rows = [(chain, ref, hashed, seq) for ref, hashed in pairs]
        self._db.executemany("INSERT OR IGNORE INTO frozen (chain, ref, hash, seq) VALUES (?, ?, ?, ?)", rows)

    def see(self, chain: str, ref: str, hashed: str) -> tuple[int, str] | None:
        """Mark a row as found; return the entry and why it is not in order, None when it is."""
        found = self._db.execute(
            "UPDATE frozen SET seen = seen + 1 WHERE (chain, ref, hash) = (?, ?, ?) RETURNING seq, seen",
            (chain, ref, hashed),
        ).fetchall()
        if found:
            seq, seen = found[0]
            return None if seen == 1 else (seq, "is there twice")
        told = self._db.execute("SELECT seq FROM frozen WHERE (chain, ref) = (?, ?)", (chain, ref)).fetchone()
        return (told[0], "is not what this entry told") if told else (0, "was never told")

    def unseen(self) -> Iterator[tuple[str, int, str]]:
        """Yield chain, entry and reference of what was told and is not there (or not as told)."""
        yield from self._db.execute("SELECT chain, seq, ref FROM frozen WHERE seen = 0 ORDER BY chain, seq, ref")

    def set_state(self, chain: str, subject: str, state: str, seq: int) -> None:
        """Note the newest state that an entry told of a subject."""
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", (chain, subject, state, seq))

    def state(self, chain: str, subject: str) -> tuple[str, int] | None:
        """Return a subject's last told state and the entry that told it."""
        query = "SELECT state, seq FROM state WHERE (chain, subject) = (?, ?)"
        found: tuple[str, int] | None = self._db.execute(query, (chain, subject)).fetchone()
        return found
