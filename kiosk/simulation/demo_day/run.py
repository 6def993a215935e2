"""DemoDay: plays a whole day with its faults on a demo site, and reconciles at the end.

Real processes, real sockets, a simulated printer on a real pty; three visits at the real screen.
`core` is killed while it issues and while it stores: visitors who saw no number come again.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kiosk.centre.authority import Authority
from kiosk.node.centre_composition import authority
from kiosk.node.composition import open_catalogue
from kiosk.node.database import open_node_database
from kiosk.queue.faults import NobodyWaiting, NothingCalled
from kiosk.simulation.audit.reconcile import ReconcileSummary, reckon
from kiosk.simulation.demo_day.answers import answer_cases
from kiosk.simulation.demo_day.plan import ABANDONED, KILLED, TROUBLE, Visit, visits
from kiosk.simulation.site.drain import drain
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.core_driver import CoreDriver, CoreSilent
from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
from kiosk.simulation.stories.screen_driver import somebody_at
from kiosk.simulation.stories.visitor import Visitor, VisitorDetails
from provisioning.node.site import Node, Site

COUNTERS = 3
IDLE_WIPE_S = 95.0
KILL_AFTER_S = (0.001, 0.004, 0.002, 0.008)
SILENCE_S, RESTART_S = 1.5, 20.0
SHORT_FORMS = ("police_abstract", "ati_request", "inua_jamii", "lost_id", "public_participation")


class DemoDay:
    """Plays the plan on `site`."""

    def __init__(self, site: Site, out: Path, on_message: Callable[[str], None]) -> None:
        self.heard = ObservedVisits()
        self._on_message = on_message
        nodes = [site.node(name) for name in ("kiosk-1", "kiosk-2", "van-1")]
        self.runner = SiteRunner(site, nodes, out, lambda _words: None)
        self._catalogue = open_catalogue(nodes[0])
        self._hands: dict[str, CoreDriver] = {}
        self._kills = 0

    def play(self) -> ReconcileSummary:
        """The day, from opening to the last answer."""
        self._on_message("starting the national node, the centre, two kiosks and a van")
        self.runner.start()
        centre = self.runner.site.node("centre")
        hall = authority(centre, open_node_database(centre))
        plan = list(visits())
        self._at_the_screen([each for each in plan if each.at_screen])
        for visit in plan:
            for trouble in TROUBLE.get(visit.number, ()):
                self._trouble(trouble)
            if visit.at_screen:
                continue
            self._on_message(f"visit {visit.number} of {len(plan)}: {visit.kind} at {visit.node}")
            self._receive(visit)
            if visit.number % 2:
                _serve_somebody(hall, 1 + visit.number // 2 % COUNTERS)
        drain(self.runner, self._on_message)
        for core_driver in self._hands.values():
            core_driver.close()
        self._on_message("counting")
        found = reckon(self.runner, self.heard, set())
        answer_cases(self.runner, self.heard.references, found, self._on_message)
        return found

    def _at_the_screen(self, plan: list[Visit]) -> None:
        """The first visitors stand before the real screen, and pictures are taken."""
        node = self.runner.nodes[0]
        self._on_message("starting the screen")
        with closing(somebody_at(self.runner, node, self._on_message)) as driver:
            player = StoryPlayer(self.runner, node, driver, self.runner.out, self.heard)
            for visit in plan:
                self._on_message(
                    f"visit {visit.number}: {visit.kind} at the screen of {visit.node}"
                )
                player.picture_prefix = f"visit-{visit.number}"
                self._visit(Visitor(player, VisitorDetails(visit.number), visit.language), visit)

    def _receive(self, visit: Visit) -> None:
        """One visit; after a cut the visitor starts again."""
        node = next(each for each in self.runner.nodes if each.name == visit.node)
        for attempt in range(3):
            player = self._player(node)
            visitor = Visitor(player, VisitorDetails(visit.number + 100 * attempt), visit.language)
            if visit.number in KILLED and attempt == 0:
                visitor.before_last = lambda: self._kill_soon(node)
            try:
                self._visit(visitor, visit)
            except CoreSilent:
                self._on_message(f"visit {visit.number}: the core was killed; starting again")
                self.runner.wait_for(player.reaches, RESTART_S)
                continue
            return

    def _visit(self, visitor: Visitor, visit: Visit) -> None:
        services = self._catalogue.services(county="047")
        service = services[visit.number * 37 % len(services)]
        form = SHORT_FORMS[visit.number % len(SHORT_FORMS)]
        who = VisitorDetails(visit.number)
        visitor.arrive()
        match visit.kind:
            case "form":
                visitor.fill(form if not visit.at_screen else "police_abstract")
                visitor.rate(visit.face)
            case "feedback":
                visitor.complain("complaint", f"{who.name} alingoja")
            case "search":
                visitor.look_up("NRB-02", "lost id")
                visitor.take_ticket(visit.priority_class)
                visitor.rate(visit.face, f"Asante sana {who.name}")
            case "browse":
                visitor.find(service.code, service.category)
                visitor.tick_and_print()
            case "status":
                visitor.ask_status(visit.number)
            case "abandoned":
                visitor.start_form_and_leave("lost_id")
            case _:
                visitor.find(service.code, service.category)
                visitor.take_ticket(visit.priority_class)
        if visit.number == ABANDONED:
            visitor.walk_away(IDLE_WIPE_S)
        else:
            visitor.leave()

    def _player(self, node: Node) -> StoryPlayer:
        core_driver = self._hands.get(node.name)
        if core_driver is None:
            core_driver = self._hands[node.name] = CoreDriver(
                self.runner.core_socket(node), SILENCE_S
            )
        return StoryPlayer(self.runner, node, core_driver, self.runner.out, self.heard)

    def _kill_soon(self, node: Node) -> None:
        """SIGKILL the core a moment from now, while it is at work."""
        pid = self.runner.supervisor.pid(f"{node.name}.core")
        after = KILL_AFTER_S[self._kills % len(KILL_AFTER_S)]
        self._kills += 1
        subprocess.Popen(["/bin/sh", "-c", f"sleep {after}; kill -9 {pid}"])

    def _trouble(self, words: str) -> None:
        self._on_message(words)
        match words.split():
            case ["printer", name, what]:
                self.runner.printer(self.runner.site.node(name), what)
            case ["lines", way, where]:
                self.runner.lines_to(where, up=way == "up")
            case _:
                raise AssertionError(words)


def _serve_somebody(hall: Authority, counter: int) -> None:
    """A counter finishes with one person and calls the next."""
    with contextlib.suppress(NothingCalled):
        hall.counters.complete(counter)
    with contextlib.suppress(NobodyWaiting):
        hall.counters.call(counter)
