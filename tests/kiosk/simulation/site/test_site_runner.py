"""A house that cannot start says which service ended, and with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault


@pytest.mark.xdist_group("house")
def test_a_printer_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    site = new_demo_site(tmp_path / "site")
    van = site.node("van-1")
    (van.run_dir / "printer").mkdir(parents=True)  # where its line should appear
    runner = SiteRunner(site, [van], tmp_path / "out", pause_max_s=0.1, patience_s=0.0)
    try:
        with pytest.raises(SiteRunnerFault, match="not ready within 0 s"):
            runner.start()
        runner.wait_for(lambda: runner.supervisor.restarts("van-1.printer") > 0, 60.0)
        with pytest.raises(
            SiteRunnerFault, match=r"van-1\.printer ended: .*printer is no simulator's"
        ):
            runner.wait_for(lambda: False, 0.0)
    finally:
        runner.stop()
