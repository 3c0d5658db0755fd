"""The table "event → who reacts": what must travel back down or across the flow, in the same transaction."""

from uatapp.criteria import lights
from uatapp.criteria import service as criteria
from uatapp.criteria.events import CriteriaMoved
from uatapp.cycles import assigning
from uatapp.cycles.events import AssignmentsMade, BuildDeployed, CycleClosed, CycleOpened, CycleReopened, Reassigned
from uatapp.defects import retests
from uatapp.defects.events import DefectLinked, DefectMoved, DefectRaised, SeverityChanged
from uatapp.kernel.uow import Subscriptions
from uatapp.projects.events import CalendarChanged, HolidayRemoved, HolidaysAdded, MemberRemoved, SigningRightWithdrawn
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.runs.events import RunSubmitted, RunVoided
from uatapp.signoffs import acceptance, act_lapses, deputies, lapses, letters
from uatapp.signoffs.events import ConditionMoved, RecommendationGiven, SignoffMoved, SignoffRequested
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
    CriteriaMoved: (lights.on_criteria_moved,),
    CycleOpened: (criteria.on_cycle_opened, lights.on_cycle_changed),
    CycleClosed: (lights.on_cycle_changed,),
    CycleReopened: (lapses.on_cycle_reopened,),
    DefectRaised: (lapses.on_defect_raised, acceptance.on_defect_changed),
    DefectLinked: (lapses.on_defect_linked, acceptance.on_defect_changed),
    DefectMoved: (lapses.on_defect_moved, acceptance.on_defect_changed),
    SeverityChanged: (lapses.on_severity_changed, acceptance.on_defect_changed),
    SignoffRequested: (acceptance.on_requested, letters.on_requested),
    RecommendationGiven: (letters.on_recommended,),
    SignoffMoved: (letters.on_moved, act_lapses.on_signoff_moved),
    ConditionMoved: (act_lapses.on_condition_moved,),
    CalendarChanged: (acceptance.on_calendar_changed,),
    HolidaysAdded: (acceptance.on_calendar_changed,),
    HolidayRemoved: (acceptance.on_calendar_changed,),
    MemberRemoved: (deputies.on_right_gone, lapses.on_member_gone, act_lapses.on_member_gone),
    SigningRightWithdrawn: (deputies.on_right_gone, lapses.on_member_gone, act_lapses.on_member_gone),
}
