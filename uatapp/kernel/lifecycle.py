"""State machines as data: one table drives legality, buttons, CHECK constraints, diagrams and tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from uatapp.kernel.errors import Refused
from uatapp.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed move. `by` is who may press it (None: only the flow itself does); `needs` names fields asked."""

    action: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    by: Permission | None = None
    needs: tuple[str, ...] = ()
    label: str = ""
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A named machine: its initial state and its transitions."""

    name: str
    states: type[StrEnum]
    initial: StrEnum
    transitions: tuple[Transition, ...]

    def find(self, state: StrEnum, action: str) -> Transition | None:
        """Return the transition of an action from a state, None where there is none."""
        return next((t for t in self.transitions if t.action == action and state in t.sources), None)

    def after(self, state: StrEnum, action: str) -> StrEnum:
        """Return the state after an action; refuse with a sentence when it is not a transition."""
        found = self.find(state, action)
        if found is None:
            words = action.replace("_", " ")
            raise Refused(f"“{words}” is not possible while this {self.name} is {state.value.replace('_', ' ')}.")
        return found.target

    def offered(self, state: StrEnum) -> tuple[Transition, ...]:
        """Return the transitions that a person could press in a state."""
        return tuple(t for t in self.transitions if state in t.sources and t.by is not None)

    def edges(self) -> Iterable[tuple[StrEnum, str, StrEnum]]:
        for t in self.transitions:
            for source in t.sources:
                yield source, t.action, t.target

    def mermaid(self) -> str:
        """Draw the machine for the documentation."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        lines += [f"    {a.value} --> {b.value} : {action.replace('_', ' ')}" for a, action, b in self.edges()]
        return "\n".join(lines)
