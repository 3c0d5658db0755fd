"""What a certificate prints where the contract treated silence as acceptance. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeemedFacts:
    """Silence that the contract treats as acceptance: who recorded it, by which words, after which window."""

    by: str
    job_title: str
    organisation: str
    at: str
    local: str
    clause: str
    days: int
    round: int
    started: str
    last_day: str
    silence_on: str
    zone: str
    pauses: list[dict[str, str]]
