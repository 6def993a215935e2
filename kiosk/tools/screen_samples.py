"""Every screen the product can show, as views of sample sessions over the real content.

Pictures, the layout lint, golden tests, the benchmarks and `huduma screens` draw from here, with
the same `view_for` as a kiosk. `NAMED` are the samples that stand beside their screens
(`kiosk/visit/*/samples.py`); `every` adds those the content multiplies: each service, each
question of each form, each fault code. Ids of a list are complete in `states` (every page).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from content.authoring.build import build_default
from content.catalogue.catalogue import Catalogue
from content.faults import NotInPack
from content.form_library.form_cache import FormOpener
from content.xforms.results import PageKind
from kiosk.language import TextSource
from kiosk.tools.sample_form import sample_form
from kiosk.ui_protocol.view import Region, Role, View
from kiosk.visit.case_status import samples as case_status
from kiosk.visit.controller.shell import view_for
from kiosk.visit.draft import samples as draft
from kiosk.visit.feedback import samples as feedback
from kiosk.visit.find import samples as find
from kiosk.visit.flow import State
from kiosk.visit.form import samples as form
from kiosk.visit.ports import NetworkStatus
from kiosk.visit.sample import Build, Sample, SampleContent
from kiosk.visit.session import Session
from kiosk.visit.staff import samples as staff
from kiosk.visit.staff_port import RemedyPage
from kiosk.visit.start import samples as start
from kiosk.visit.ticket import samples as ticket
from peripherals.service.remedies import codes, remedy_of
from peripherals.simulators.camera import picture
from provisioning.clock import VirtualClock
from provisioning.identity.keys import signing_key
from provisioning.ids import SeededIds

_SHELL = frozenset({Region.HEADER, Region.FOOTER, Region.NAV, Region.OVERLAY})
_PAGES_MAX = 30
MOMENT = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)
"""A Tuesday morning: offices are open, and pictures come out the same every day."""

FEATURES = (start, find, ticket, form, draft, case_status, feedback, staff)
NAMED: dict[str, Build] = {
    name: build for feature in FEATURES for name, build in feature.SAMPLES.items()
}


class Stretched:
    """TextSource made longer, as another language may have them: words repeat until they are."""

    def __init__(self, texts: TextSource, longer: float) -> None:
        self._texts, self._longer = texts, longer

    def text(self, key: str, language: str, /, **values: object) -> str:
        found = self._texts.text(key, language, **values)
        words, wanted = found.split(), len(found) * self._longer
        longer = list(words)
        while words and len(" ".join(longer)) < wanted:
            longer.append(words[(len(longer) - len(words)) % len(words)].lower())
        return " ".join(longer)


class ScreenSamples:
    """The screens of one content pack."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.content = SampleContent(
            catalogue,
            sample_form(catalogue),
            VirtualClock(MOMENT).now(),
            SeededIds(),
            FormOpener(),
            photo=picture(),
            remedies=_remedies(),
        )

    def every(self) -> dict[str, Build]:
        """All samples: the named ones first."""
        found = dict(NAMED)
        for feature in FEATURES:
            if hasattr(feature, "every"):
                found |= feature.every(self.content)
        return found

    def sample(
        self,
        build: Build | str,
        language: str = "en",
        *,
        scale: float = 1.0,
        theme: str = "light",
        longer: float = 1.0,
    ) -> Sample:
        """A sample in a language, a text size and a theme; `longer` stretches its texts."""
        texts = self._catalogue if longer == 1 else Stretched(self._catalogue, longer)
        session = Session(self.content.ids.uuid7(), language, 0.0, text_scale=scale, theme=theme)
        make = NAMED[build] if isinstance(build, str) else build
        return make(Sample(self.content, session, texts))

    def view(
        self,
        name: Build | str,
        language: str = "en",
        *,
        page: int = 0,
        online: bool | None = None,
        countdown: int = 0,
        **dress: Any,
    ) -> View:
        """What a kiosk shows of a sample; `dress` as for `sample`."""
        sample = self.sample(name, language, **dress)
        sample.session.page = page
        if online is not None:
            sample.network = NetworkStatus(online=online, waiting=0)
        return view_for(sample.context(), 1, countdown=countdown or sample.countdown)

    def pages(self, name: Build | str, language: str = "en", **options: Any) -> Iterator[View]:
        """Every page of a sample."""
        sample = self.sample(name, language, **options)
        for page in range(_PAGES_MAX):
            sample.session.page = page
            drawn = view_for(sample.context(), 1)
            yield drawn
            if page + 1 >= drawn.page[1]:
                return

    def states(self) -> list[dict[str, Any]]:
        """One row a state: `state`, `title`, `shell` and `elements` (ids in focus order)."""
        rows: dict[str, dict[str, Any]] = {
            state.value: {"state": state.value, "title": "", "shell": {}, "elements": {}}
            for state in State
        }
        for build in self.every().values():
            with suppress(NotInPack):  # a sample of something that another pack does not have
                for view in self.pages(build):
                    _note(rows[view.state], view)
        for row in rows.values():
            if row["state"] != State.ATTRACT:
                row["shell"] |= dict.fromkeys(("more-time", "end-now"))
            row["shell"], row["elements"] = list(row["shell"]), list(row["elements"])
        rows[State.QUESTION]["forms"] = {
            asset.id: self._questions(asset.id) for asset in self._catalogue.forms()
        }
        return list(rows.values())

    def _questions(self, form_id: str) -> list[dict[str, Any]]:
        """Each question of a form: its name, the ids on its screen, its look and label."""
        rows = []
        for name, build in form.questions(self.content, self.content.form(form_id)):
            if name.endswith(form.WRONG):
                continue
            sample = self.sample(build)
            ids = {e.id: None for view in self.pages(build) for e in view.elements
                   if e.place not in _SHELL}  # fmt: skip
            step = sample.filling.step()
            assert step is not None, name
            row: dict[str, Any] = {"name": step.name, "ids": list(ids)}
            if step.kind is PageKind.QUESTION:
                asked = sample.filling.input.question()
                row |= {"look": sample.filling.input.look().name, "required": asked.required}
                row["label"] = asked.label
            rows.append(row)
        return rows


def _note(row: dict[str, Any], view: View) -> None:
    """Add what can be touched in `view` to its state's row."""
    row["title"] = row["title"] or view.title
    for element in view.elements:
        into = row["shell"] if element.place in _SHELL else row["elements"]
        into[element.id] = None
        if element.role is Role.WHEEL:
            into[f"{element.id}.up"] = into[f"{element.id}.down"] = None


def _remedies() -> dict[str, RemedyPage]:
    found = {code: remedy_of(code) for code in codes()}
    return {code: RemedyPage(page.causes, page.actions) for code, page in found.items() if page}


@contextmanager
def default_samples() -> Iterator[ScreenSamples]:
    """The screens of the default pack, built for as long as they are wanted."""
    ids = SeededIds()
    key = signing_key(ids.token(32))
    with tempfile.TemporaryDirectory(prefix="huduma-samples-") as folder:
        pack = Path(folder) / "pack"
        build_default(pack, key, MOMENT)
        yield ScreenSamples(Catalogue.open(pack, key.public_key().public_bytes_raw()))


def write_views(path: Path, views: dict[str, View]) -> None:
    """Put views into a file, for a process that has a window and no content."""
    path.write_bytes(msgspec.msgpack.encode(views))


def read_views(path: Path) -> dict[str, View]:
    """The views of a file, as a window gets them."""
    return msgspec.msgpack.decode(path.read_bytes(), type=dict[str, View])
