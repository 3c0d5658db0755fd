"""The table "event → who reacts": what must travel back down or across the flow, in the same transaction."""

from uatapp.cycles import assigning
from uatapp.cycles.events import AssignmentsMade, BuildDeployed
from uatapp.defects import retests
from uatapp.kernel.uow import Subscriptions
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.runs.events import RunSubmitted, RunVoided
from uatapp.testcases import service as testcases
from uatapp.testcases.events import CaseRetired, CaseTestAgain

SUBSCRIPTIONS: Subscriptions = {
    RequirementVersionApproved: (testcases.on_approved,),
    RequirementRetired: (testcases.on_retired,),
    CaseTestAgain: (assigning.on_test_again,),
    CaseRetired: (assigning.on_case_retired,),
    AssignmentsMade: (retests.on_assignments_made,),
    BuildDeployed: (retests.on_deployed,),
    RunSubmitted: (retests.on_run_submitted,),
    RunVoided: (retests.on_run_voided,),
}
