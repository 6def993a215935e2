"""`huduma kiosk`: a whole kiosk with everything behind it, on one machine; or a story on it.

Runs the national node, the centre with its relay, and the node's simulated printer, devices, core,
sync and (unless headless) the touchscreen. For demos, vans, developers and tests; in the field
each service is a systemd unit. Exit codes: 1 the story failed, 3 the core did not answer, 4 what
citizens were shown and what is on the disks disagree, 19 the site cannot be run here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.arguments import add_site

if TYPE_CHECKING:
    from kiosk.simulation.site.site_runner import SiteRunner
    from kiosk.simulation.stories.core_driver import StoryDriver
    from kiosk.simulation.stories.script import StoryStep
    from provisioning.node.site import Node, Site
    from provisioning.shutdown import StopFlag

DISAGREEMENT = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which site and node, a story or not, with a window or not."""
    place = parser.add_mutually_exclusive_group(required=True)
    add_site(place, required=False)
    place.add_argument("--demo", action="store_true", help="a new demo site inside --out")
    parser.add_argument("--node", default="kiosk-1", metavar="NAME", help="a kiosk or van")
    parser.add_argument("--headless", action="store_true", help="no window on the display")
    parser.add_argument("--story", type=Path, metavar="FILE", help="play this story and end")
    parser.add_argument(
        "--out", type=Path, default=Path("out/kiosk"), metavar="DIR", help="pictures and summary"
    )
    parser.add_argument(
        "--driver",
        choices=("ui", "direct"),
        default="ui",
        help="stories: at the real screen, or straight at the core (no pictures)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until stopped, or until the story ends."""
    from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault
    from kiosk.simulation.stories.script import read
    from provisioning.node.site import Site
    from provisioning.shutdown import StopFlag

    steps = read(arguments.story) if arguments.story else None
    out = arguments.out.resolve()
    site = _demo(out) if arguments.demo else Site.open(arguments.site)
    node = site.node(arguments.node)
    if node.role not in {"kiosk", "van"}:
        raise SiteRunnerFault(f"{node.name} is a {node.role}; name a kiosk or a van with --node.")
    out.mkdir(parents=True, exist_ok=True)
    runner = SiteRunner(site, [node], out, _tell, pages=arguments.demo and steps is None)
    stop = StopFlag()
    try:
        runner.start()
        if steps is not None:
            return _story(runner, node, steps, arguments)
        return _serve(runner, node, stop, headless=arguments.headless)
    finally:
        late = runner.stop()
        if late:
            _tell(f"had to be killed: {', '.join(late)}")


def _demo(out: Path) -> Site:
    from kiosk.cli.provision import tell_demo
    from kiosk.simulation.site.demo_site import new_demo_site
    from provisioning.node.site import Site

    folder = out / "site"
    if not (folder / "site.toml").exists():
        tell_demo(new_demo_site(folder))
    return Site.open(folder)


def _story(
    runner: SiteRunner, node: Node, steps: Sequence[StoryStep], arguments: argparse.Namespace
) -> int:
    from kiosk.simulation.audit.reconcile import clear_values, opened_references, reckon, table
    from kiosk.simulation.site.drain import drain_what_can
    from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
    from provisioning.faults import Fault

    heard = ObservedVisits()
    typed = [step.rest for step in steps if step.verb in {"type", "scan"}]
    before, earlier = clear_values(runner, typed), opened_references(runner.site)
    driver = _driver(runner, node, arguments)
    failed: Fault | None = None
    try:
        StoryPlayer(runner, node, driver, runner.out, heard, _tell).play(steps)
        drain_what_can(runner, _tell)
    except Fault as fault:
        failed = fault
    finally:
        driver.close()
    summary = reckon(runner, heard, before, earlier)
    summary.write(runner.out / "summary.json")
    for what, value in table(summary):
        print(f"{what:<42} {value}")
    print(f"summary and pictures are in {runner.out}")
    if failed is not None:
        raise failed
    for note in summary.notes:
        _tell(note)
    return 0 if summary.agrees else DISAGREEMENT


def _driver(runner: SiteRunner, node: Node, arguments: argparse.Namespace) -> StoryDriver:
    from kiosk.simulation.stories.core_driver import CoreDriver

    if arguments.driver == "direct":
        return CoreDriver(runner.core_socket(node))
    from kiosk.simulation.stories.screen_driver import somebody_at

    return somebody_at(runner, node, _tell)


def _serve(runner: SiteRunner, node: Node, stop: StopFlag, *, headless: bool) -> int:
    window = ""
    if not headless:
        from kiosk.simulation.stories.screen_driver import open_window

        window = open_window(runner, node)
        print("Touch the screen to start. Close the window or press Ctrl+C to end.")
    if runner.pages_url:
        _tell_pages(runner, show=not headless)
    print(f"Slips appear in {runner.slips(node)}; logs are in {runner.logs}.", flush=True)
    while not stop() and not (window and runner.supervisor.ended_well(window)):
        runner.supervisor.tick()
        runner.breathe()
    return 0


def _tell_pages(runner: SiteRunner, *, show: bool) -> None:
    """Where the hall's display and the staff pages are; `show` opens the display in a browser."""
    import webbrowser

    from kiosk.simulation.site.demo_staff import demo_staff
    from provisioning.ids import SystemIds

    people = "; ".join(demo_staff(runner.site, SystemIds(runner.clock)))
    print(f"The hall's display: {runner.pages_url}/display?voice=on")
    print(f"Staff pages: {runner.pages_url}/ (number, role, PIN: {people})", flush=True)
    if show:
        webbrowser.open_new(f"{runner.pages_url}/display?voice=on")


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
