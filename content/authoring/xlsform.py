"""XLSForm: an author's form, as a spreadsheet or a ready XForm, to what a pack carries.

`compile_form` reads, repairs (`content/authoring/repair.py`), compiles with the pinned pyxform and
reports every fault as a `Problem` with sheet, row and remedy. It never raises for a faulty form,
only `FormUnreadable` (35) for a file that is no form at all. A ready XForm (.xml) is taken as it
is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from content.authoring import pyxform_errors, repair, workbook
from content.authoring.problem import Problem
from content.faults import FormUnreadable
from content.xforms.faults import FormTooLarge, NotAForm
from content.xforms.xml import namespace, parse_xml
from provisioning.xml_reader import Element

COMPILER = f"pyxform {installed_version('pyxform')}"
_XF = "{http://www.w3.org/2002/xforms}"
_ASKING = tuple(_XF + tag for tag in ("input", "select1", "select", "upload", "range", "trigger"))
_RANK = "{http://www.opendatakit.org/xforms}rank"
_FILE = re.compile(r"jr://(?:file|file-csv|images?|audio|video)/([^\s\"'<>]+)")


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """An XForm and what belongs to it; `xml` is empty when an error stopped the compiler."""

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    questions: int
    xml: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(repr=False)
    problems: list[Problem] = field(default_factory=list)
    book: workbook.Workbook | None = field(default=None, repr=False)
    """What it was compiled from, mended; None for a ready XForm."""

    @property
    def usable(self) -> bool:
        """Whether there is an XForm and no problem is an error."""
        return bool(self.xml) and all(one.severity != "error" for one in self.problems)


def compile_form(path: Path) -> CompiledForm:
    """Compile the form at `path` (.xlsx, .xls, .csv, .md or .xml); raises `FormUnreadable`."""
    if path.suffix.lower() == ".xml":
        try:
            source = path.read_bytes()
        except OSError as error:
            raise FormUnreadable(f"{path.name} cannot be read: {error.strerror}.") from error
        return _described(path, source, [])
    book = workbook.read(path)
    problems = repair.repair(book)
    try:
        result = convert(book.definition())
    except PyXFormError as error:
        return _failed([*problems, pyxform_errors.problem_of(error, book)])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # pyxform trips over some malformed workbooks instead of naming the fault.
        text = f"The compiler could not read the form ({type(error).__name__}: {error})."
        remedy = "Look for missing names, lists or column headers."
        return _failed([*problems, Problem("", None, "", "error", "compiler", text, remedy)])
    problems += [pyxform_errors.remark(text, "warning") for text in result.warnings]
    extra = {"itemsets.csv": result.itemsets.encode()} if result.itemsets else {}
    xform = result.xform.translate(repair.UNKEPT_QUOTES)
    return _described(path, xform.encode(), problems, extra, book)


def _root(source: bytes) -> Element:
    """The root of an XForm; raises `FormUnreadable`."""
    try:
        return parse_xml(source, "The XForm")
    except (NotAForm, FormTooLarge) as fault:
        raise FormUnreadable(fault.message) from fault


def _failed(problems: list[Problem]) -> CompiledForm:
    return CompiledForm("", "", "", (), 0, b"", {}, problems)


def _described(
    path: Path,
    source: bytes,
    problems: list[Problem],
    extra: Mapping[str, bytes] | None = None,
    book: workbook.Workbook | None = None,
) -> CompiledForm:
    root = _root(source)
    instance = root.find(f".//{_XF}model/{_XF}instance")
    if instance is None or len(instance) == 0:
        raise FormUnreadable(f"{path.name} has no model with an instance: it is not an XForm.")
    record = instance[0]
    form_id = record.get("id") or namespace(record)
    if not form_id:
        text, remedy = "The form has no id.", "Give the first instance an id attribute."
        problems.append(Problem("", None, "", "error", "no-form-id", text, remedy))
    media, missing = _media(path, source, extra or {})
    problems += missing
    return CompiledForm(
        form_id=form_id,
        version=record.get("version") or "",
        title=str(root.findtext(".//{http://www.w3.org/1999/xhtml}title") or form_id),
        languages=tuple(t.get("lang") or "" for t in root.iterfind(f".//{_XF}translation")),
        questions=count_questions(root),
        xml=source,
        media=media,
        problems=problems,
        book=book,
    )


def count_questions(root: Element) -> int:
    """How many questions a person can be asked: controls that may be written to."""
    fixed = {
        bind.get("nodeset")
        for bind in root.iterfind(f".//{_XF}bind")
        if bind.get("readonly") == "true()"
    }
    controls = (element for element in root.iter(*_ASKING, _RANK))
    return sum(1 for control in controls if control.get("ref") not in fixed)


def _media(
    path: Path, source: bytes, extra: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[Problem]]:
    """The files a form names, from `STEM-media/` or from beside it."""
    found: dict[str, bytes] = dict(extra)
    missing: list[Problem] = []
    for name in sorted(set(_FILE.findall(source.decode("utf-8", "replace")))):
        if name in found or name == "last-saved":
            continue
        if "/" in name or "\\" in name or name.startswith("."):
            text = f"The media file name {name!r} leads outside the form's folder."
            remedy = "Use a plain file name."
            missing.append(Problem("", None, "", "error", "media-path", text, remedy))
            continue
        for folder in (path.parent / f"{path.stem}-media", path.parent):
            place = folder / name
            if place.is_file():
                found[name] = place.read_bytes()
                break
        else:
            text = f"The file {name!r} named by the form is missing."
            remedy = f"Put it into the folder {path.stem}-media beside the form."
            missing.append(Problem("", None, "", "warning", "media-missing", text, remedy))
    return found, missing
