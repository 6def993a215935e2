"""Form tryout: `huduma forms try`: forms and media read from disk, operations run, JSON out.

`server.py` serves many requests; this runs one.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from content.form_library.sqlite_choice_tables import SqliteTables
from content.xforms.faults import FormRefused, FormTooLarge, NotAForm
from content.xforms.limits import MEDIA_BYTES_MAX
from content.xforms.parse.memory import loading
from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from kiosk.tools.form_tryout.operations import Answer, run
from provisioning.clock import EAT, SystemClock
from provisioning.faults import Fault, UsageFault
from provisioning.ids import Ids, SeededIds, SystemIds

if TYPE_CHECKING:
    from content.authoring.problem import Problem
    from content.authoring.xlsform import CompiledForm

_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".md"})
PROPERTIES = {"deviceid": "kiosk:1", "username": "u"}
"""What `property` preloads read on the bench."""


class MediaFolder(Mapping[str, bytes]):
    """The plain files of one folder, read when asked for; a name never leaves the folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path | None:
        if self._folder is None or name in {"", ".", ".."} or "/" in name or "\0" in name:
            return None
        path = self._folder / name
        if not path.is_file() or path.resolve().parent != self._folder.resolve():
            return None
        return path

    def __getitem__(self, name: str) -> bytes:
        path = self._path(name)
        if path is None:
            raise KeyError(name)
        if path.stat().st_size > MEDIA_BYTES_MAX:
            raise FormTooLarge(f"The media file {name} is larger than {MEDIA_BYTES_MAX} bytes.")
        return path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        if self._folder is not None and self._folder.is_dir():
            yield from sorted(path.name for path in self._folder.iterdir() if path.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def with_made(folder: MediaFolder, made: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The folder's files with those the compiler made in front; few, so they are copied."""
    return {**{name: folder[name] for name in folder}, **made} if made else folder


def compile_xlsform(path: Path) -> CompiledForm:
    """The form at `path` compiled (an XForm as it is); raises `NotAForm`."""
    from content.authoring.xlsform import compile_form  # noqa: PLC0415
    from content.faults import FormUnreadable  # noqa: PLC0415 - the compiler is for the bench only

    if path.suffix.lower() not in {*_SHEETS, ".xml"}:
        raise NotAForm(f"{path.name} is not a form; give an .xlsx or an .xml file.")
    _look_at(path)
    try:
        return compile_form(path)
    except FormUnreadable as fault:
        raise NotAForm(fault.message) from fault


def _look_at(path: Path) -> None:
    """Raise `NotAForm` in plain words where there is nothing to compile."""
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise NotAForm(f"{path.name} is empty.")
    except OSError as error:
        raise NotAForm(f"{path} cannot be read ({error.strerror}).") from error


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Raise `FormTooLarge` when the body takes longer; only in a process's main thread."""

    def late(*_: object) -> None:
        raise FormTooLarge(f"The form took more than {seconds:g} s.")

    before = signal.signal(signal.SIGALRM, late)
    # Again and again: an operation that was stopped must not be followed by one that is not.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read_form(path: Path) -> tuple[bytes, Mapping[str, bytes]]:
    """The XForm in `path` and media made with it, compiled first where it is an XLSForm.

    Raises `NotAForm`, naming the compiler's first error with its place.
    """
    if path.suffix.lower() in _SHEETS:
        compiled = compile_xlsform(path)
        if not compiled.xml:
            errors = [str(one) for one in compiled.problems if one.severity == "error"]
            raise NotAForm(f"{path.name} does not compile: {' '.join(errors[:1])}")
        return compiled.xml, compiled.media
    try:
        return path.read_bytes(), {}
    except OSError as error:
        raise NotAForm(f"{path} cannot be read ({error.strerror}).") from error


def refuse_broken(folder: Path) -> None:
    """Raise where a form in `folder` has a circle or a name that leads nowhere.

    What a pack is built from goes through here; the message names the file and both questions.
    """
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() not in {*_SHEETS, ".xml"} or path.name.startswith(("~", ".")):
            continue
        compiled = compile_xlsform(path)
        if not compiled.usable:
            continue  # the builder of packs names what the compiler found
        media = with_made(MediaFolder(folder), compiled.media)
        try:
            parse_form(compiled.xml, media, strict=True)
        except Fault as fault:
            raise FormRefused(f"{path.name}: {fault.message}") from fault


def lint_form(path: Path) -> list[Problem]:
    """Every problem of the form at `path`, cycles and unknown paths too; raises `NotAForm`."""
    from content.authoring.lint.form import lint_compiled  # noqa: PLC0415

    return lint_compiled(compile_xlsform(path))


def try_form(request: Mapping[str, Any]) -> list[Answer]:
    """Answers of one request (see the command's help); a form that does not load gives one."""
    tables = SqliteTables()
    collecting = gc.isenabled()
    gc.disable()
    try:
        try:
            session = _session(request, tables)
        except Fault as fault:
            return [{"error": fault.message, "code": fault.code, "stage": "parse"}]
        except RecursionError:
            return [{"error": "The form nests too deep.", "stage": "parse"}]
        operations: Iterable[Mapping[str, Any]] = request.get("ops") or []
        return list(run(session, operations))
    finally:
        if collecting:
            gc.enable()
        tables.close()


def _session(request: Mapping[str, Any], tables: SqliteTables) -> FormSession:
    media = request.get("media")
    folder = MediaFolder(Path(media) if media else None)
    xml, made = read_form(Path(str(request["form"])))
    with loading():
        form = parse_form(xml, with_made(folder, made), tables=tables)
    clock = SystemClock()
    fixed = request.get("now")
    moment = None if fixed is None else moment_of(str(fixed))
    seed = request.get("seed")
    ids: Ids = SystemIds(clock) if seed is None else SeededIds(int(seed))
    return FormSession(
        form,
        now=clock.now if moment is None else lambda: moment,
        tz=zone_of(request.get("tz")),
        seed=1 if seed is None else int(seed),
        preload=PROPERTIES | {k: str(v) for k, v in (request.get("properties") or {}).items()},
        ids=ids,
    )


def moment_of(text: str) -> datetime:
    """An aware moment from ISO 8601; without an offset, East Africa Time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageFault(f"{text!r} is not a moment; write 2026-11-22T10:30:00+03:00.") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=EAT)


def zone_of(name: object) -> ZoneInfo:
    """A time zone by its name, East Africa Time where none is given."""
    if not name:
        return EAT
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise UsageFault(f"{name!r} is not a time zone; write Africa/Nairobi.") from error
