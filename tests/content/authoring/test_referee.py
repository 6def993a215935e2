"""JavaRosa's own validator (ODK Validate, in the pyxform wheel) on the ten starter forms."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import pyxform

JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("java") is None, reason="needs a Java runtime")
def test_javarosa_finds_every_starter_form_valid(catalogue, tmp_path):
    paths = []
    for asset in catalogue.forms():
        paths.append(tmp_path / f"{asset.id}.xml")
        paths[-1].write_bytes(asset.xml)
    done = subprocess.run(
        ["java", "-jar", JAR, *paths], capture_output=True, text=True, timeout=120, check=False
    )
    said = done.stdout + done.stderr
    assert said.count("Xform is valid") == len(paths) == 10, said
    assert "Error" not in said
