"""The HTTP API of a real centre, fuzzed from its own OpenAPI document by schemathesis."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.centre.api.tokens import StaffRole, make_token
from kiosk.node.database import open_node_database
from provisioning.node.site import Site

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
)
"""Not `positive_data_acceptance`: 1.0 is an integer to JSON Schema and not to us. Not `ignored_auth`:
after ten wrong tokens the answer is 429 and not 401."""


@pytest.mark.prove
def test_no_request_makes_an_error_of_ours_and_every_answer_is_described(
    site: Site, tmp_path: Path, capsys
) -> None:  # type: ignore[no-untyped-def]
    database = open_node_database(site.node("centre"))
    token = make_token(database, StaffRole.MANAGER, name="fuzz")
    database.store.close()
    run = [sys.executable, "-m", "kiosk.cli", "centre", "--site", str(site.dir), "--http", "0"]
    centre = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
    try:
        assert centre.stdout is not None
        base = centre.stdout.readline().split(": ", 1)[1].strip()
        report = tmp_path / "report.txt"
        fuzz = [
            str(Path(sys.executable).parent / "st"),
            "run",
            f"{base}/openapi.json",
            "--header",
            f"Authorization: Bearer {token}",
            "--checks",
            ",".join(CHECKS),
            "--exclude-path-regex",
            "events$",  # streams never end
            "--max-examples",
            "30",
            "--phases",
            "examples,coverage,fuzzing",
            "--generation-database",
            "none",
            "--no-color",
        ]
        with report.open("w") as out:
            done = subprocess.run(fuzz, stdout=out, stderr=out, cwd=tmp_path, check=False)
        found = report.read_text()
        assert done.returncode == 0, found[-4_000:]
        assert centre.poll() is None, "the centre's process ended"
    finally:
        centre.terminate()
        centre.wait()
    cases = re.search(r"(\d+) generated", found)
    with capsys.disabled():
        print(f"\nAPI fuzz: {cases[1] if cases else '?'} requests, nothing found")
