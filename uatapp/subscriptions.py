"""The table "event → who reacts": what must travel back down or across the flow, in the same transaction."""

from uatapp.cycles import assigning
from uatapp.cycles.events import AssignmentsMade, BuildDeployed, CycleReopened, Reassigned
from uatapp.defects import retests
from uatapp.defects.events import DefectLinked, DefectMoved, DefectRaised, SeverityChanged
from uatapp.kernel.uow import Subscriptions
from uatapp.projects.events import MemberRemoved, SigningRightWithdrawn
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.runs.events import RunSubmitted, RunVoided
from uatapp.signoffs import lapses
from uatapp.testcases import service as testcases
from uatapp.testcases.events import CaseRetired, CaseSettled, CaseTestAgain

SUBSCRIPTIONS: Subscriptions = {
    RequirementVersionApproved: (testcases.on_approved, lapses.on_requirement_changed),
    RequirementRetired: (testcases.on_retired, lapses.on_requirement_changed),
    CaseTestAgain: (assigning.on_test_again,),
    CaseSettled: (assigning.on_settled,),
    CaseRetired: (assigning.on_case_retired,),
    AssignmentsMade: (retests.on_assignments_made,),
    Reassigned: (retests.on_reassigned,),
    BuildDeployed: (retests.on_deployed,),
    RunSubmitted: (retests.on_run_submitted,),
    RunVoided: (retests.on_run_voided, lapses.on_run_voided),
    CycleReopened: (lapses.on_cycle_reopened,),
    DefectRaised: (lapses.on_defect_raised,),
    DefectLinked: (lapses.on_defect_linked,),
    DefectMoved: (lapses.on_defect_moved,),
    SeverityChanged: (lapses.on_severity_changed,),
    MemberRemoved: (lapses.on_member_gone,),
    SigningRightWithdrawn: (lapses.on_member_gone,),
}
