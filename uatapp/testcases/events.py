"""What happens to test cases."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesMade(Event):
    """An approved requirement got its tests: new ones, new versions and new places; `items` names them."""

    action: ClassVar[str] = "testcases.made"
    sentence: ClassVar[str] = "{subject} version {number} has {count} tests: {new} new, {changed} changed"
    number: int
    count: int
    new: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMadeSuspect(Event):
    action: ClassVar[str] = "testcase.suspect"
    sentence: ClassVar[str] = "{subject} has changed since it was tested; it is now at version {version}"
    test_case_id: int = internal()
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTestAgain(Event):
    action: ClassVar[str] = "testcase.test_again"
    sentence: ClassVar[str] = "{by} decided that version {version} of {subject} is to be tested again"
    test_case_id: int = internal()
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResultsStand(Event):
    action: ClassVar[str] = "testcase.results_stand"
    sentence: ClassVar[str] = "{by} decided that earlier results of {subject} stand for version {version}: {reason}"
    test_case_id: int = internal()
    version: int
    reason: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSettled(Event):
    """A valid new run on the current version settled a suspect case."""

    action: ClassVar[str] = "testcase.settled"
    sentence: ClassVar[str] = "{by} tested version {version} of {subject}, which settles the question of its change"
    test_case_id: int = internal()
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRetired(Event):
    action: ClassVar[str] = "testcase.retired"
    sentence: ClassVar[str] = "{subject} retired with its requirement or its row"
    test_case_id: int = internal()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRestored(Event):
    action: ClassVar[str] = "testcase.restored"
    sentence: ClassVar[str] = "{subject} came back with its requirement or its row"
    test_case_id: int = internal()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesTakenIntoUse(Event):
    """A cycle took test cases for the first time; `items` names them."""

    action: ClassVar[str] = "testcases.taken_into_use"
    sentence: ClassVar[str] = "{by} took {count} tests into use"
    count: int
