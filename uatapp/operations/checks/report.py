"""What a verification found."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


class CouldNotCheckError(Exception):
    """Something that the check needs is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not in order; `seq` is the entry's number, 0 where no entry is meant."""

    chain: str
    seq: int
    reason: str


@dataclass(slots=True)
class Report:
    """What was checked, what is not in order, and what could not be checked."""

    tell: Callable[[Finding], None] = lambda finding: None
    progress: Callable[[int, int], None] = lambda done, total: None
    total: int = 0
    findings: list[Finding] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def bad(self, chain: str, seq: int, reason: str) -> None:
        """Note a finding, and tell it at once."""
        finding = Finding(chain, seq, reason)
        self.findings.append(finding)
        self.tell(finding)

    @property
    def exit_code(self) -> int:
        if self.findings:
            return 1
        return 2 if self.not_checked else 0
