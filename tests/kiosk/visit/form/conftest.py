"""A person sat down at a form of one's own making."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset
from kiosk.tools.form_tryout.preview import begin
from kiosk.tools.form_tryout.preview_ports import SingleFormCatalogue
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds


@pytest.fixture
def sit(catalogue: Catalogue, tmp_path: Path, clock: VirtualClock, ids: SeededIds) -> Any:
    from tests.kiosk.visit.form.test_answers import Sitting

    def begun(asset: FormAsset) -> Sitting:
        for name, content in asset.media.items():
            (tmp_path / name).write_bytes(content)
        one = SingleFormCatalogue(catalogue, asset, tmp_path)
        return Sitting(begin(one, clock, ids), clock)  # type: ignore[arg-type] # virtual time

    return begun
