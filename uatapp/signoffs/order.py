"""Which came first: decisions on a project's sign-offs, and what ends a request, take turns until they are durable.

Without turns, PostgreSQL would let a problem be reported and a scope be frozen without it at the same moment, and
neither would know of the other.
"""

from uatapp.kernel.references import Kind, hold


def decide(project_id: int) -> None:
    """Wait until all that ends requests is durable, and let none of it in before the commit. Take it before all rows."""
    hold(project_id, Kind.SIGNOFF, alone=True)


def disturb(project_id: int) -> None:
    """Wait for a request or decision that is being written, so that it is seen. Others that disturb do not wait."""
    hold(project_id, Kind.SIGNOFF, alone=False)
