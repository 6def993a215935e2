"""Reader: an XForm document to a `Form`, part by part.

The order: record, binds, body, lists, actions, then the graph of rules. Reading XML into each of
those is left to the module of that name.
"""

from __future__ import annotations

from collections.abc import Mapping

from content.xforms.definition import Bind, NodeDefinition
from content.xforms.faults import FormRefused, NotAForm
from content.xforms.lists.attachments import file_name, read_list
from content.xforms.lists.choice_tables import ChoiceTables, MemoryTables
from content.xforms.lists.lists import ChoiceList
from content.xforms.parse.actions import ACTIONS, Action, ActionEvent, read_action
from content.xforms.parse.body import BodyReader, absolute, itext_id, parts_of
from content.xforms.parse.dependency_graph import build, describe_circle
from content.xforms.parse.expressions import Expressions
from content.xforms.parse.form import Form, SubmissionElement, digest_of
from content.xforms.parse.label_expressions import LabelExpressions
from content.xforms.parse.list_columns import ListColumns
from content.xforms.parse.primary_instance import PrimaryInstance, read_record, settle_templates
from content.xforms.texts import PLAIN, Itext, Parts, TextDefinition
from content.xforms.xml import ENTITIES, JAVAROSA, XFORMS, elements, parse_xml
from provisioning.xml_reader import Element, local_name

_CONSTRAINT_MESSAGE = f"{{{JAVAROSA}}}constraintMsg"
_REQUIRED_MESSAGE = f"{{{JAVAROSA}}}requiredMsg"
_PRELOAD = f"{{{JAVAROSA}}}preload"
_PRELOAD_PARAMETERS = f"{{{JAVAROSA}}}preloadParams"
_SAVE_TO = f"{{{ENTITIES}}}saveto"
_TYPES = {
    "string", "int", "decimal", "date", "time", "dateTime", "boolean", "geopoint", "geotrace",
    "geoshape", "binary", "barcode", "intent", "select", "select1", "odk:rank", "long", "integer",
}  # fmt: skip
_SAME_TYPES = {"integer": "int", "long": "int", "odk:rank": "rank", "rank": "rank"}
_GAPS: tuple[Parts, ...] = ("", "-")
_ENTITIES_NEWEST = (2025, 1)
"""The newest entities version this engine knows; a form that asks for more is refused."""


def parse_form(
    xml: bytes,
    media: Mapping[str, bytes] | None = None,
    *,
    tables: ChoiceTables | None = None,
    strict: bool = False,
    tolerant: bool = False,
) -> Form:
    """Read an XForm and its attached lists (`media`: file name to bytes).

    `tables` keeps lists over 500 rows (None: in memory). `strict` also refuses unknown paths.
    `tolerant` is for the linter, which tells an author of everything at once: expressions that
    cannot be read give blank and a circle stays in `form.graph.circle`; no session may open it.
    Raises `NotAForm`, `FormRefused`, `BadExpression`, `FormTooLarge`.
    """
    form = _FormReader(xml, media or {}, tables, tolerant=tolerant).form()
    if form.graph.circle and not tolerant:
        raise FormRefused(describe_circle(form.graph.circle))
    if strict:
        form.refuse_unknown()
    return form


class _FormReader:
    """Reads one form; used once."""

    def __init__(
        self,
        xml: bytes,
        media: Mapping[str, bytes],
        tables: ChoiceTables | None,
        *,
        tolerant: bool,
    ) -> None:
        self._xml = xml
        self._media = media
        self._tables = tables or MemoryTables()
        root = parse_xml(xml, "The form")
        model = root.find(f".//{{{XFORMS}}}model")
        if model is None:
            raise NotAForm("The file has no XForms model; give an XForm or an XLSForm.")
        self._root, self._model = root, model
        self._expressions = Expressions(tolerant=tolerant)
        self._unknown: list[tuple[str, str]] = []

    def form(self) -> Form:
        """The form; raises the faults of `parse_form`."""
        instances = self._model.findall(f"{{{XFORMS}}}instance")
        roots = elements(instances[0]) if instances else []
        if not roots:
            raise NotAForm("The form's model has no record (primary instance).")
        record = read_record(roots[0])
        binds = self._binds(record)
        body = self._root.find("{*}body")
        reader = BodyReader(record.places, self._unknown, binds)
        controls = [] if body is None else reader.controls(body, "/" + roots[0].tag.split("}")[-1])
        counted = _mark_repeats(controls)
        record.document.settle_rows()
        settle_templates(record)
        sources: dict[str, str] = {}
        lists = self._lists(instances[1:], sources)
        itext = self._itext()
        speech = LabelExpressions(record.document, self._expressions, itext, lists)
        graph = build(record.places.values(), record.document, self._expressions, speech)
        form = Form(
            id=roots[0].get("id") or roots[0].nsmap.get(None) or "",
            version=roots[0].get("version") or "",
            title=(self._root.findtext("{*}head/{*}title") or "").strip(),
            record=record,
            itext=itext,
            controls=controls,
            lists=lists,
            actions=self._actions(record, binds),
            graph=graph,
            expressions=self._expressions,
            submission=self._submission(),
            entities_version=self._model.get(f"{{{ENTITIES}}}entities-version") or "",
            digest=digest_of(self._xml, self._used(sources)),
            counted=counted,
            instances=sources,
        )
        _compile_the_rest(form)
        _check_entities_version(form.entities_version)
        form.unknown = self._unknown + graph.unknown + self._unknown_columns(form)
        return form

    def _unknown_columns(self, form: Form) -> list[tuple[str, str]]:
        """What calculations and rules read of attached lists that is not in them.

        Raises `FormRefused` where a select could offer nothing at all.
        """
        columns = ListColumns(form.lists, form.instances)
        found = []
        for place in form.places.values():
            columns.check_select(place, self._expressions)
            bind = place.bind
            for kind in ("relevant", "required", "readonly", "calculate", "constraint"):
                source = "" if bind is None else getattr(bind, kind)
                if "instance(" in source or "pulldata(" in source:
                    where = f"{kind} of {place.path}"
                    tree = self._expressions.tree(source, where)
                    found += [(where, f"column {c} of {f}") for f, c in columns.missing(tree)]
        return found

    def _binds(self, record: PrimaryInstance) -> dict[str, str]:
        root_path = record.root.place.path
        names: dict[str, str] = {}
        for element in self._model.findall(f"{{{XFORMS}}}bind"):
            reference = element.get("nodeset") or element.get("ref") or ""
            path = absolute(reference, root_path)
            if element.get("id"):
                names[element.get("id")] = path
            place = record.places.get(path)
            if place is None:
                self._unknown.append((f"bind {reference}", path))
                continue
            place.bind = _bind(element)
            place.type = place.bind.type
        return names

    def _itext(self) -> Itext:
        itext = Itext()
        element = self._model.find(f"{{{XFORMS}}}itext")
        if element is None:
            return itext
        for translation in elements(element):
            language = translation.get("lang") or ""
            if translation.get("default") is not None and not itext.default:
                itext.default = language
            itext.languages.append(language)
            itext.texts[language] = {
                text.get("id") or "": _forms_of(text) for text in elements(translation)
            }
        if not itext.default and itext.languages:
            itext.default = itext.languages[0]
        _drop_gaps(itext)
        return itext

    def _lists(self, instances: list[Element], sources: dict[str, str]) -> dict[str, ChoiceList]:
        lists: dict[str, ChoiceList] = {}
        for element in instances:
            name = element.get("id") or ""
            if name and name not in lists:
                lists[name], sources[name] = read_list(name, element, self._media, self._tables)
        return lists

    def _actions(
        self, record: PrimaryInstance, binds: Mapping[str, str]
    ) -> dict[tuple[ActionEvent, NodeDefinition | None], list[Action]]:
        actions: dict[tuple[ActionEvent, NodeDefinition | None], list[Action]] = {}
        root_path = record.root.place.path
        for element in self._root.iter(*(f"{{*}}{name}" for name in sorted(ACTIONS))):
            parent = element.getparent()
            if local_name(parent) == "body":
                continue  # neither reference engine runs an action that belongs to nothing
            reference = parent.get("ref") or parent.get("nodeset") or ""
            trigger = record.places.get(absolute(reference, root_path)) if reference else None
            context = root_path if trigger is None else trigger.path
            reference = element.get("ref") or binds.get(element.get("bind") or "", "")
            path = absolute(reference, context)
            target = record.places.get(path)
            if target is None:
                self._unknown.append((f"{local_name(element)} action", path))
                continue
            action = read_action(element, target, trigger)
            for event in action.events:
                key = (
                    trigger
                    if event in {ActionEvent.NEW_REPEAT, ActionEvent.VALUE_CHANGED}
                    else None
                )
                actions.setdefault((event, key), []).append(action)
        return actions

    def _used(self, sources: dict[str, str]) -> dict[str, bytes]:
        names = {file_name(source) for source in sources.values() if source}
        return {name: self._media[name] for name in names if name in self._media}

    def _submission(self) -> SubmissionElement:
        element = self._model.find(f"{{{XFORMS}}}submission")
        if element is None:
            return SubmissionElement()
        return SubmissionElement(
            element.get("action") or "",
            element.get("method") or "",
            element.get("base64RsaPublicKey") or "",
        )


def _check_entities_version(version: str) -> None:
    """Raise `FormRefused` where a form wants a newer entities spec than this engine knows."""
    parts = version.split(".")
    if not version:
        return
    if not all(part.isdigit() for part in parts[:2]) or len(parts) < 2:
        raise FormRefused(f"The form's entities version {version!r} is not one; write 2024.1.0.")
    if (int(parts[0]), int(parts[1])) > _ENTITIES_NEWEST:
        year, number = _ENTITIES_NEWEST
        raise FormRefused(f"The form needs entities {version}; this engine knows {year}.{number}.")


def _compile_the_rest(form: Form) -> None:
    """Expressions that only run later: a mistake in them is told now, and not to a citizen."""
    expressions = form.expressions
    for place in form.places.values():
        if place.bind is not None and place.bind.constraint:
            expressions.boolean(place.bind.constraint, place, f"constraint of {place.path}")
    for place in form.counted:
        assert place.control is not None
        expressions.value(place.control.count, place, f"count of {place.path}")
    for actions in form.actions.values():
        for action in actions:
            if action.source:
                target = action.target
                expressions.text(action.source, target, f"setvalue of {target.path}")


def _bind(element: Element) -> Bind:
    found = dict(element.attrib)
    kind = found.get("type", "string").strip()
    plain = kind.rpartition(":")[2]
    return Bind(
        type=_SAME_TYPES.get(plain, plain),
        relevant=found.get("relevant", "").strip(),
        required=found.get("required", "").strip(),
        readonly=found.get("readonly", "").strip(),
        calculate=found.get("calculate", "").strip(),
        constraint=found.get("constraint", "").strip(),
        constraint_message=_message(found.get(_CONSTRAINT_MESSAGE)),
        required_message=_message(found.get(_REQUIRED_MESSAGE)),
        preload=found.get(_PRELOAD, ""),
        preload_parameters=found.get(_PRELOAD_PARAMETERS, ""),
        save_to=found.get(_SAVE_TO, ""),
    )


def _message(text: str | None) -> TextDefinition | None:
    if text is None:
        return None
    text_id = itext_id(text.strip())
    return TextDefinition(itext=text_id) if text_id else TextDefinition(parts=text)


def _forms_of(text: Element) -> Parts | dict[str, Parts]:
    values = elements(text)
    if len(values) == 1 and not values[0].get("form"):
        return parts_of(values[0])
    return {value.get("form") or PLAIN: parts_of(value) for value in values}


def _drop_gaps(itext: Itext) -> None:
    """Take out the dashes pyxform fills missing translations with: another language's words are
    shown instead. A text that is a dash in every language is meant.
    """
    for texts in itext.texts.values():
        for text_id in [key for key, found in texts.items() if _has_gap(found)]:
            forms = _by_form(texts[text_id])
            others = [
                _by_form(other[text_id])
                for other in itext.texts.values()
                if other is not texts and text_id in other
            ]
            kept = {
                form: parts
                for form, parts in forms.items()
                if parts not in _GAPS or not any(o.get(form, "") not in _GAPS for o in others)
            }
            if kept:
                texts[text_id] = kept
            else:
                del texts[text_id]


def _has_gap(found: Parts | dict[str, Parts]) -> bool:
    return any(p in _GAPS for p in found.values()) if isinstance(found, dict) else found in _GAPS


def _by_form(found: Parts | dict[str, Parts]) -> dict[str, Parts]:
    return found if isinstance(found, dict) else {PLAIN: found}


def _mark_repeats(controls: list) -> list[NodeDefinition]:  # type: ignore[type-arg]
    counted: list[NodeDefinition] = []
    for control in controls:
        if control.kind == "repeat" and control.place is not None:
            control.place.repeat = True
            if control.count:
                counted.append(control.place)
        counted += _mark_repeats(control.children)
    return counted
