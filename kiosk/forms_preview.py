"""Forms preview: `huduma forms preview`: the real screens on one form, for its author.

A throw-away demo site is laid out in a temporary folder and gone afterwards; a van's appliance
runs in this process with a catalogue whose only form is the author's. Nothing is sent anywhere.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from content.catalogue import Catalogue
from content.model import FormAsset
from kiosk.appliance import Appliance
from kiosk.forms.faults import NotAForm
from kiosk.forms_trial import MediaFolder, compile_xlsform, with_made
from kiosk.view import Activated, UiEvent, View

_ENTERING = ("start", "choose.{language}", "form", "form.{form}", "agree")
_NODE = "van-1"


class OneForm:
    """A catalogue whose only form is `asset`; everything else is the site's own."""

    def __init__(self, catalogue: Catalogue, asset: FormAsset) -> None:
        self._catalogue = catalogue
        self._asset = asset

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    def form(self, _form_id: str) -> FormAsset:
        return self._asset

    def forms(self) -> list[FormAsset]:
        return [self._asset]

    def forms_for(self, service: str) -> list[FormAsset]:
        return [self._asset] if service == self._asset.service else []


@dataclass(slots=True)
class InProcess:
    """A screen's client on an appliance of this very process."""

    appliance: Appliance
    _shown: int = -1

    def poll(self) -> View | None:
        """The view, where it changed since the last poll."""
        self.appliance.tick()
        view = self.appliance.view
        if view.number == self._shown:
            return None
        self._shown = view.number
        return view

    def send(self, event: UiEvent) -> None:
        """Hand one event over at once."""
        self.appliance.send(event)


def asset_of(path: Path, media: Path | None, like: FormAsset) -> FormAsset:
    """The author's form as a pack would hold it, offered where `like` is; raises `NotAForm`."""
    compiled = compile_xlsform(path)
    if not compiled.xml:
        raise NotAForm(f"{path.name} does not compile; run huduma forms lint on it.")
    attached = with_made(MediaFolder(media or path.parent), compiled.media)
    return replace(
        like, id=compiled.form_id, version=compiled.version, xml=compiled.xml, media=attached
    )


def enter(client: InProcess, form: str, language: str) -> None:
    """Go from the welcome to the form's first question; stops where a step is not offered."""
    for step in _ENTERING:
        wanted = step.format(language=language, form=form)
        view = client.appliance.view
        if any(element.id == wanted for element in view.elements):
            client.send(Activated(view.number, wanted))


def appliance_on(path: Path, media: Path | None, folder: Path) -> tuple[Appliance, FormAsset]:
    """An appliance of a new demo site in `folder`, with only the form at `path`."""
    from kiosk.cli import main  # noqa: PLC0415 - lays the site out as the command does
    from kiosk.wiring import kiosk_of, open_catalogue  # noqa: PLC0415
    from provisioning.site import Site  # noqa: PLC0415

    main(["provision", "demo", str(folder / "site"), "--json"])
    site = Site.open(folder / "site")
    node = site.node(_NODE)
    catalogue = open_catalogue(node)
    asset = asset_of(path, media, catalogue.forms()[0])
    offered = cast("Catalogue", OneForm(catalogue, asset))
    return kiosk_of(site, node, catalogue=offered).appliance, asset


def preview(path: Path, media: Path | None, language: str) -> int:
    """Open a window on the form at its first question; 0 when it is closed."""
    import contextlib  # noqa: PLC0415
    import io  # noqa: PLC0415

    from kiosk import ui  # noqa: PLC0415 - Kivy only where there is a window
    from kiosk.ui.look import DEFAULT_ASSETS, Look  # noqa: PLC0415

    compile_xlsform(path)  # what is no form is said before a site is made for it
    with tempfile.TemporaryDirectory(prefix="huduma-preview-") as scratch:
        with contextlib.redirect_stdout(io.StringIO()):
            appliance, asset = appliance_on(path, media, Path(scratch))
        client = InProcess(appliance)
        enter(client, asset.id, language)
        look = Look(
            width=1280, height=800, fullscreen=False, assets=DEFAULT_ASSETS,
            media=DEFAULT_ASSETS.parent, panel_mm_per_px=0.0,
        )  # fmt: skip
        ui.prepare(width=1280, height=800, fullscreen=False, density=look.density)
        from kiosk.ui.app import HudumaApp  # noqa: PLC0415 - after prepare
        from kiosk.ui.speech import Silent  # noqa: PLC0415

        HudumaApp(client, look, Silent()).run()
    return 0
