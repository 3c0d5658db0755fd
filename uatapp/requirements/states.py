"""States of requirement versions and of requirements."""

from enum import StrEnum

from uatapp.kernel.lifecycle import Lifecycle, Transition
from uatapp.kernel.permissions import Permission


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


VERSION = Lifecycle(
    "requirement version",
    VersionState,
    VersionState.DRAFT,
    (
        Transition(
            "send_for_review",
            (VersionState.DRAFT,),
            VersionState.IN_REVIEW,
            Permission.REQUIREMENTS_EDIT,
            label="Send for review",
        ),
        Transition(
            "approve",
            (VersionState.IN_REVIEW,),
            VersionState.APPROVED,
            Permission.REQUIREMENTS_APPROVE,
            label="Approve",
        ),
        Transition(
            "ask_for_changes",
            (VersionState.IN_REVIEW,),
            VersionState.DRAFT,
            Permission.REQUIREMENTS_APPROVE,
            ("reason",),
            "Ask for changes",
        ),
        Transition(
            "supersede",
            (VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED),
            VersionState.SUPERSEDED,
        ),
    ),
)


class RequirementState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


REQUIREMENT = Lifecycle(
    "requirement",
    RequirementState,
    RequirementState.ACTIVE,
    (
        Transition(
            "retire",
            (RequirementState.ACTIVE,),
            RequirementState.RETIRED,
            Permission.REQUIREMENTS_APPROVE,
            label="Retire",
        ),
        Transition(
            "restore",
            (RequirementState.RETIRED,),
            RequirementState.ACTIVE,
            Permission.REQUIREMENTS_APPROVE,
            label="Bring back",
        ),
    ),
)
