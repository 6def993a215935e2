"""Body: the controls of an XForm, read into `Control` trees with refs made absolute."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from content.xforms.definition import Control, Itemset, NodeDefinition, StaticChoice
from content.xforms.faults import FormRefused
from content.xforms.texts import Output, Parts, TextDefinition
from content.xforms.xml import JAVAROSA, check_depth, elements
from provisioning.xml_reader import Element, local_name

QUESTIONS = frozenset(
    {"input", "secret", "textarea", "select", "select1", "upload", "trigger", "range", "rank"}
)
_ITEXT = "jr:itext("
_PLAIN = re.compile(r"(?:/[\w\-]+)+\Z")
_OWN_ATTRIBUTES = frozenset({"ref", "nodeset", "bind"})


@dataclass(slots=True)
class BodyReader:
    """Reads controls; `places` has every generic path of the record."""

    places: dict[str, NodeDefinition]
    unknown: list[tuple[str, str]] = field(default_factory=list)
    binds: dict[str, str] = field(default_factory=dict)
    """Bind ids to their paths (`bind="id"` on a control)."""

    def controls(self, parent: Element, context: str, depth: int = 0) -> list[Control]:
        """Controls under `parent`, whose relative refs start at the path `context`."""
        check_depth(depth, "The form's body")
        found: list[Control] = []
        for element in elements(parent):
            name = local_name(element)
            if name == "group":
                found.append(self._group(element, context, depth))
            elif name == "repeat":
                found.append(self._repeat(element, context, depth))
            elif name in QUESTIONS:
                found.append(self._question(element, name, context))
        return found

    def _group(self, element: Element, context: str, depth: int) -> Control:
        place = self._place(element, context)
        control = Control("group", place)
        self._describe(control, element)
        inner = context if place is None else place.path
        control.children = self.controls(element, inner, depth + 1)
        if place is not None:
            if place.control is None:
                place.control = control
            elif place.control.kind == "repeat" and place.control.label is None:
                # The group around a repeat says what its rows are.
                place.control.label = control.label
        return control

    def _repeat(self, element: Element, context: str, depth: int) -> Control:
        reference = element.get("nodeset") or element.get("ref") or ""
        place = self._find(reference, context, "repeat")
        if place is None:
            raise FormRefused(f"The repeat {reference} is not in the record; check its name.")
        control = Control("repeat", place)
        self._describe(control, element)
        control.count = element.get(f"{{{JAVAROSA}}}count") or ""
        control.fixed = element.get(f"{{{JAVAROSA}}}noAddRemove", "") in {"true()", "true"}
        control.children = self.controls(element, place.path, depth + 1)
        place.control = control
        return control

    def _question(self, element: Element, name: str, context: str) -> Control:
        place = self._place(element, context)
        control = Control(name, place)
        for kind, child in self._describe(control, element):
            if kind == "item":
                control.choices.append(_static_choice(child))
            elif kind == "itemset":
                control.itemset = _itemset(child)
        if place is not None and (place.control is None or place.control.kind == "group"):
            place.control = control
        return control

    def _describe(self, control: Control, element: Element) -> list[tuple[str, Element]]:
        """Give `control` its words and attributes; what else stands in `element`."""
        rest: list[tuple[str, Element]] = []
        for child in element:
            kind = local_name(child)
            if kind == "label":
                control.label = text_definition(child)
            elif kind == "hint":
                control.hint = text_definition(child)
            else:
                rest.append((kind, child))
        for key, value in element.items():
            if key == "appearance":
                control.appearance = value
            elif key not in _OWN_ATTRIBUTES:
                control.attributes[key.rpartition("}")[2]] = value
        return rest

    def _place(self, element: Element, context: str) -> NodeDefinition | None:
        reference = element.get("ref") or element.get("nodeset")
        if reference is None and element.get("bind"):
            reference = self.binds.get(element.get("bind"), element.get("bind"))
        return None if reference is None else self._find(reference, context, local_name(element))

    def _find(self, reference: str, context: str, kind: str) -> NodeDefinition | None:
        path = absolute(reference.strip(), context)
        place = self.places.get(path)
        if place is None:
            self.unknown.append((f"{kind} {reference}", path))
        return place


def absolute(reference: str, context: str) -> str:
    """A plain path made absolute against `context`, prefixes of names dropped."""
    if _PLAIN.match(reference):
        return reference
    parts = [] if reference.startswith("/") else context.split("/")[1:]
    for raw in reference.split("/"):
        part = raw.strip().rpartition(":")[2]
        if part.startswith("current()"):
            continue
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def text_definition(element: Element) -> TextDefinition:
    """A label, hint or value: a reference or mixed text with outputs."""
    reference = (element.get("ref") or "").strip()
    if reference:
        text_id = itext_id(reference)
        return TextDefinition(itext=text_id) if text_id else TextDefinition(expression=reference)
    return TextDefinition(parts=parts_of(element))


def itext_id(reference: str) -> str:
    """The literal id inside `jr:itext('id')`, empty where it is not literal."""
    if reference[-1:] == ")" and reference.startswith(_ITEXT):
        inner = reference[len(_ITEXT) : -1].strip()
        if len(inner) > 1 and inner[0] in "'\"" and inner[-1] == inner[0]:
            return inner[1:-1]
    return ""


def parts_of(element: Element) -> Parts:
    """Mixed content as literal text and outputs; other markup keeps only its text."""
    if len(element) == 0:
        return element.text or ""
    parts: list[str | Output] = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            if local_name(child) == "output":
                parts.append(Output(child.get("value") or child.get("ref") or "''"))
            else:
                inner = parts_of(child)
                parts += [inner] if isinstance(inner, str) else inner
        parts.append(child.tail or "")
    return tuple(part for part in parts if part != "")


def _static_choice(element: Element) -> StaticChoice:
    value, label = "", TextDefinition()
    for child in elements(element):
        if local_name(child) == "value":
            value = (child.text or "").strip()
        elif local_name(child) == "label":
            label = text_definition(child)
    return StaticChoice(value, label)


def _itemset(element: Element) -> Itemset:
    value, label = "value", ""
    for child in elements(element):
        if local_name(child) in {"value", "copy"}:
            value = (child.get("ref") or "value").strip()
        elif local_name(child) == "label":
            label = (child.get("ref") or "").strip()
    translated = label.startswith(_ITEXT)
    if translated:
        label = label[len(_ITEXT) : -1].strip()
    return Itemset((element.get("nodeset") or "").strip(), value, label, translated)
