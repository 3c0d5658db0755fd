"""The table "event → who reacts": what must travel back down or across the flow, in the same transaction."""

from uatapp.kernel.uow import Subscriptions

SUBSCRIPTIONS: Subscriptions = {}
