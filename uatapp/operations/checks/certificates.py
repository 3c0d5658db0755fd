"""A sealed PDF against its own seal and against the chain."""

from pathlib import Path

from sqlalchemy.orm import Session

from uatapp.operations.checks.checkpoints import Trusted
from uatapp.operations.checks.report import Report


def check_file(session: Session, report: Report, path: Path, trusted: Trusted) -> None:
    """Check a certificate's seal, its scope's hash, and the checkpoint that it carries."""
