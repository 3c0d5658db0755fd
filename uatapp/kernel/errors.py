"""One family of refusals; `web.problems` maps each to a page and to problem+json.

Messages are sentences that a tester understands, with the next step where there is one.
"""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A refusal with reasons; `status` is the HTTP status it is shown with."""

    status = 409
    title = "This cannot be done now"

    def __init__(self, message: str, *, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)


class Refused(DomainError):
    """The state of things, or a rule, does not allow it now."""


class NotAllowed(DomainError):
    """This person may not do it, whatever the state."""

    status = 403
    title = "You may not do this"


class NotFound(DomainError):
    """It does not exist, or not for this person."""

    status = 404
    title = "Page not found"

    def __init__(self, message: str = "There is nothing at this address, or it is not meant for you.") -> None:
        super().__init__(message)


class Invalid(DomainError):
    """What was given is wrong; `fields` maps a field's name to its sentence."""

    status = 422
    title = "Please check what you entered"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Stale(DomainError):
    """Somebody saved the same thing in the meantime; both texts are kept."""

    title = "Somebody saved this while you were writing"

    def __init__(self, message: str, *, theirs: str = "", yours: str = "", version: int = 0) -> None:
        super().__init__(message)
        self.theirs, self.yours, self.version = theirs, yours, version


class TooLarge(DomainError):
    """Larger than a limit that the message names."""

    status = 413
    title = "This is too large"


class Unavailable(DomainError):
    """Something that we need is away just now; trying again in a moment may help."""

    status = 503
    title = "We are not ready yet"


class TooMany(DomainError):
    """Too many tries; `seconds` says when to try again."""

    status = 429
    title = "Too many tries"

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Damaged(DomainError):
    """A stored file is missing, or no longer what was stored."""

    status = 410
    title = "This file is damaged"


class NoRoom(DomainError):
    """The disk is full, or nearly."""

    status = 507
    title = "There is no room left"
