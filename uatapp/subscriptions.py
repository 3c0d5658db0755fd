"""The table "event → who reacts": what must travel back down or across the flow, in the same transaction."""

from uatapp.kernel.uow import Subscriptions
from uatapp.requirements.events import RequirementRetired, RequirementVersionApproved
from uatapp.testcases import service as testcases

SUBSCRIPTIONS: Subscriptions = {
    RequirementVersionApproved: (testcases.on_approved,),
    RequirementRetired: (testcases.on_retired,),
}
