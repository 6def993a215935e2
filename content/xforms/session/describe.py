"""Describe: the `NodeState` of a node of the record: texts, choices, validity."""

from __future__ import annotations

from content.xforms.addresses import address
from content.xforms.definition import SELECTS, Control, NodeDefinition
from content.xforms.faults import EvaluationFault
from content.xforms.parse.form import Form
from content.xforms.results import Choice, NodeState, RecordProblem, Violation
from content.xforms.session.choices import SelectChoices
from content.xforms.session.context import SessionContext
from content.xforms.texts import TextDefinition
from content.xforms.tree import RecordNode
from content.xforms.xpath.functions.dates import is_kiswahili
from content.xforms.xpath.values import Context

_WORDS = {
    Violation.REQUIRED: ("Please answer this question.", "Tafadhali jibu swali hili."),
    Violation.CONSTRAINT: (
        "This answer is not allowed. Please check it.",
        "Jibu hili halikubaliki. Tafadhali angalia tena.",
    ),
}
"""What is said where the form says nothing: English, Kiswahili."""


class NodeDescriber:
    """Makes the `NodeState` of nodes of one session."""

    def __init__(self, form: Form, evaluation: SessionContext, chooser: SelectChoices) -> None:
        self._form = form
        self._evaluation = evaluation
        self._chooser = chooser

    def state(self, node: RecordNode) -> NodeState:
        """Everything a screen needs of `node`."""
        control = node.place.control
        violation = self.violation(node)
        return NodeState(
            path=address(node),
            type=node.place.type,
            control="" if control is None else control.kind,
            appearance="" if control is None else control.appearance,
            label=self._words(control.label if control else None, node),
            hint=self._words(control.hint if control else None, node),
            media=self._evaluation.media(_itext(control), node),
            relevant=node.relevant,
            required=node.required,
            readonly=node.readonly,
            value="" if node.children else node.value,
            valid=violation is None,
            violation=violation,
            message="" if violation is None else self.message(node, violation),
            choices=self._choices(control, node),
            attributes=tuple(control.attributes.items()) if control else (),
        )

    def _words(self, text_definition: TextDefinition | None, node: RecordNode) -> str:
        return self._evaluation.words(text_definition, node)

    def _choices(self, control: Control | None, node: RecordNode) -> tuple[Choice, ...] | None:
        if control is None or control.kind not in SELECTS:
            return None
        if not node.relevant:
            return ()
        return tuple(self._chooser.choices(control, node))

    def violation(self, node: RecordNode) -> Violation | None:
        """Why the node cannot stand, or None; only relevant leaves are checked."""
        place: NodeDefinition = node.place
        if not node.relevant or place.bind is None or node.children:
            return None
        if node.value == "":
            return Violation.REQUIRED if node.required else None
        constraint = place.bind.constraint
        if constraint:
            where = f"constraint of {place.path}"
            test = self._form.expressions.boolean(constraint, place, where)
            try:
                stands = test(Context(node, self._evaluation))
            except EvaluationFault:
                # A rule that cannot be run for this answer (a pattern made of it) is not kept.
                stands = False
            if not stands:
                return Violation.CONSTRAINT
        return None

    def message(self, node: RecordNode, violation: Violation) -> str:
        """What to tell the person, in the session's language."""
        bind = node.place.bind
        assert bind is not None
        required = violation is Violation.REQUIRED
        words = self._words(bind.required_message if required else bind.constraint_message, node)
        return words or _WORDS[violation][is_kiswahili(self._evaluation.language)]

    def problems(self, root: RecordNode) -> list[RecordProblem]:
        """Violations of the whole record, in document order."""
        found: list[RecordProblem] = []
        for node in root.each():
            violation = self.violation(node)
            if violation is not None:
                message = self.message(node, violation)
                found.append(RecordProblem(address(node), violation, message))
        return found


def _itext(control: Control | None) -> str:
    return control.label.itext if control is not None and control.label is not None else ""
