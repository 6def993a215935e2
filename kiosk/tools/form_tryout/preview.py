"""Forms preview: `huduma forms preview`: the real screens on one form, nothing stored or sent.

Core and screen run in one process: the visit's controller is connected to the window directly.
With a folder for pictures no window opens; every question that is asked at the start is drawn
offscreen, in the order of the form.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from content.authoring.build import build_default
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, TranslatedText
from content.xforms.faults import FormRefused
from content.xforms.parse.reader import parse_form
from content.xforms.results import PageKind
from kiosk.filling.filling import Filling
from kiosk.tools.form_tryout.preview_ports import SingleFormCatalogue, preview_ports
from kiosk.tools.form_tryout.run import MediaFolder, compile_xlsform, with_made
from kiosk.ui_protocol.view import Activated, UiEvent, View
from kiosk.visit.controller.controller import VisitController
from kiosk.visit.flow import State
from peripherals.devices.recorder import wav
from peripherals.simulators.camera import picture
from peripherals.simulators.recorder import tone
from provisioning.clock import SystemClock
from provisioning.identity.keys import signing_key
from provisioning.ids import SystemIds

NAIROBI = "-1.286389 36.817223 0 5.0"
"""Where a preview believes it stands."""


class InProcessCore:
    """The core as the window sees it, without a socket between them."""

    def __init__(self, controller: VisitController) -> None:
        self._controller = controller
        self._given = -1

    def poll(self) -> View | None:
        self._controller.tick()
        return self.fresh()

    def fresh(self) -> View | None:
        """The view, when it is another one than was given last."""
        view = self._controller.view
        if view.number == self._given:
            return None
        self._given = view.number
        return view

    def send(self, event: UiEvent) -> None:
        self._controller.send(event)


def asset_of(path: Path, media: Path | None, like: FormAsset) -> FormAsset:
    """The form at `path`, compiled; agency and service of `like`. Raises `FormRefused`."""
    compiled = compile_xlsform(path)
    for problem in compiled.problems:
        print(f"{path.name}: {problem}", file=sys.stderr)
    if not compiled.usable:
        raise FormRefused(f"{path.name} has problems to mend before it can be shown.")
    files = dict(with_made(MediaFolder(media), compiled.media)) if media else dict(compiled.media)
    parse_form(compiled.xml, files, strict=True)
    return FormAsset(
        id=compiled.form_id,
        version=compiled.version,
        titles=TranslatedText({"en": compiled.title}),
        service=like.service,
        agency=like.agency,
        questions=compiled.questions,
        xml=compiled.xml,
        media=files,
    )


def controller_for(path: Path, media: Path | None, language: str, folder: Path) -> VisitController:
    """An appliance that shows the form's first question; `folder` takes the pack meanwhile."""
    clock = SystemClock()
    ids = SystemIds(clock)
    key = signing_key(ids.token(32))
    build_default(folder / "pack", key, clock.now())
    pack = Catalogue.open(folder / "pack", key.public_key().public_bytes_raw())
    asset = asset_of(path, media, pack.forms()[0])
    for name, content in asset.media.items():
        (folder / name).write_bytes(content)
    return begin(SingleFormCatalogue(pack, asset, folder), clock, ids, language)


def begin(
    catalogue: SingleFormCatalogue, clock: SystemClock, ids: SystemIds, language: str = "en"
) -> VisitController:
    """An appliance on the only form of `catalogue`, after consent."""
    ports = preview_ports(
        catalogue,
        clock,
        ids,
        photo=picture(),
        sound=wav(tone(3)),
        language=language,
        fix=NAIROBI,
    )
    controller = VisitController(ports)
    form = catalogue.forms()[0].id
    for name in ("start", f"choose.{language}", "form", f"form.{form}", "agree"):
        controller.send(Activated(controller.view.number, name))
    return controller


def preview(path: Path, media: Path | None, language: str, out: Path | None = None) -> int:
    """Show the form at `path` in a window, or draw its questions into `out`."""
    from kiosk import ui  # noqa: PLC0415 - the window is made here, and only here
    from kiosk.node.default_panel import default_panel  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="huduma-preview-") as folder:
        controller = controller_for(path, media, language, Path(folder))
        look = default_panel(media=Path(folder))
        ui.prepare(
            width=look.width,
            height=look.height,
            density=look.density,
            windowed=out is None,
        )
        if out is None:
            from kiosk.ui.window.app import HudumaApp  # noqa: PLC0415

            HudumaApp(InProcessCore(controller), look).run()
            return 0
        return _draw(controller, look, out)


def _draw(controller: VisitController, look: object, out: Path) -> int:
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens the offscreen window

    filling = controller.session.filling
    assert isinstance(filling, Filling), "the form is open"
    driver = Driver(InProcessCore(controller), look)  # type: ignore[arg-type] # a Look
    steps = filling.steps()
    for number, step in enumerate(steps, 1):
        filling.go(step.path, returning=False)
        controller.session.page = 0
        controller.session.state = State.REPEAT if step.kind is PageKind.REPEAT else State.QUESTION
        driver.frames(4)
        name = step.name.partition("[")[0]
        driver.picture(out / f"{number:03d}-{name}.png")
    driver.close()
    print(f"{len(steps)} pictures in {out}", file=sys.stderr)
    return 0
