"""States of a test case."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class CaseState(StrEnum):
    READY = "ready"
    SUSPECT = "suspect"
    RETIRED = "retired"


CASE = Lifecycle(
    "test case",
    CaseState,
    CaseState.READY,
    (
        Transition("suspect", (CaseState.READY, CaseState.SUSPECT), CaseState.SUSPECT),
        Transition(
            "test_again",
            (CaseState.SUSPECT,),
            CaseState.READY,
            Permission.SUSPECT_DECIDE,
            label="Test again",
        ),
        Transition(
            "results_stand",
            (CaseState.SUSPECT,),
            CaseState.READY,
            Permission.SUSPECT_DECIDE,
            ("reason",),
            "Results stand",
        ),
        Transition("settle", (CaseState.SUSPECT,), CaseState.READY),
        Transition("retire", (CaseState.READY, CaseState.SUSPECT), CaseState.RETIRED),
        Transition("restore", (CaseState.RETIRED,), CaseState.READY),
    ),
)
