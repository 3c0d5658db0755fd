"""What a step's result can be."""

from enum import StrEnum


class StepAnswer(StrEnum):
    AS_EXPECTED = "as_expected"
    NOT_AS_EXPECTED = "not_as_expected"
    NOT_DONE = "not_done"
