"""SiteRunner: runs a whole simulated site on one machine, with connections that can be cut.

National node, centre with its relay, and for each kiosk or van its simulated printer, devices,
core and sync. Connections between nodes run through `kiosk/simulation/site/tcp_proxy.py`, so that
a story can cut them. Refused on a provisioned field site. The processes themselves are kept by
`supervisor.py`.
"""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.node.database import open_node_database
from kiosk.node.supervisor import ProcessSupervisor, ServiceProcess
from kiosk.ui_protocol.ipc import CoreClient
from kiosk.ui_protocol.view import ViewRequest
from peripherals.simulators.control_socket import answers, send
from provisioning.clock import SystemClock
from provisioning.node.site import Node, Site, SiteFault

PRINTER_WORDS = {
    "paper-out": "paper-out",
    "ready": "ready",
    "unplug": "unplug",
    "plug": "plug",
}
"""A story's word to the simulator's."""

START_S, PAUSE_S = 30.0, 0.05


class SiteRunnerFault(SiteFault):
    """The site cannot be run here."""


@dataclass(frozen=True, slots=True)
class ProxiedAddress:
    """A line that can be cut: its service, where it is entered, where it leads."""

    service: str
    port: int
    target: str

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"tcp://127.0.0.1:{self.port}"


@dataclass(slots=True)
class SiteRunner:
    """The processes of `site` for the kiosks and vans in `nodes`; `out` takes slips and logs. With
    `pages` its centre also serves its pages, at `pages_url`.
    """

    site: Site
    nodes: Sequence[Node]
    out: Path
    on_message: Callable[[str], None] = lambda _: None
    clock: SystemClock = field(default_factory=SystemClock)
    pause_max_s: float = 5.0
    patience_s: float = START_S
    pages: bool = False
    supervisor: ProcessSupervisor = field(init=False)
    lines: dict[str, ProxiedAddress] = field(default_factory=dict)
    network_up: bool = True
    pages_url: str = ""

    def __post_init__(self) -> None:
        field_nodes = [n.name for n in self.site.nodes() if n.settings.node.field]
        if field_nodes:
            raise SiteRunnerFault(
                f"{field_nodes[0]} is a device of the field; stories and demos run on demo sites."
            )
        self.supervisor = ProcessSupervisor(
            self.clock, self.on_message, pause_max_s=self.pause_max_s
        )

    def start(self) -> None:
        """Start everything; wait until all cores and printers answer; raises `SiteRunnerFault`."""
        for node in (*self.site.nodes("centre"), *self.nodes):
            # The databases are made here, one by one, with their own epochs.
            open_node_database(node).store.close()
        self._run("national", "national", "run")
        for centre in self.site.nodes("centre"):
            self._run(centre.name, "centre", "--node", centre.name, *self._http())
            self._sync(centre)
        for node in self.nodes:
            self._node(node)
        self.wait_for(lambda: all(self._all_answer(node) for node in self.nodes), self.patience_s)

    def _http(self) -> tuple[str, ...]:
        """With `pages`: where the first centre serves its pages."""
        if not self.pages or self.pages_url:
            return ()
        port = free_port()
        self.pages_url = f"http://127.0.0.1:{port}"
        return ("--http", str(port))

    def stop(self) -> list[str]:
        """Stop everything within three seconds; what had to be killed."""
        return self.supervisor.stop()

    def services(self, node: Node) -> list[str]:
        """The services of one kiosk or van, its printer (a thing, not a process) left out."""
        return [f"{node.name}.{part}" for part in ("core", "devices", "sync")]

    def network(self, *, up: bool) -> None:
        """Cut or mend every line between nodes."""
        names = [line.service for line in self.lines.values()]
        self.network_up = up
        if up:
            self.supervisor.resume(*names)
        else:
            self.supervisor.cut(*names)

    def lines_to(self, where: str, *, up: bool) -> None:
        """Cut or mend the lines that lead to the `national` node, or to the `centre`."""
        upper = {each.settings.sync.listen_endpoint for each in self.site.nodes("national")}
        for line in self.lines.values():
            if (line.target in upper) is not (where == "national"):
                continue
            if up:
                self.supervisor.resume(line.service)
            else:
                self.supervisor.cut(line.service)

    def printer(self, node: Node, word: str) -> None:
        """Do something to a node's printer; raises `DeviceLost`."""
        send(node.socket_path("printer"), {"do": PRINTER_WORDS[word]})

    def cut_power(self, node: Node) -> None:
        """SIGKILL every service of the node at once; then start them again."""
        names = self.services(node)
        self.supervisor.cut(*names)
        self.supervisor.resume(*names)
        self.wait_for(lambda: self._core_answers(node), self.patience_s)

    def wait_for(self, true: Callable[[], bool], seconds: float) -> None:
        """Keep the processes until `true`; raises `SiteRunnerFault` after `seconds`."""
        end = self.clock.monotonic() + seconds
        while not true():
            self.supervisor.tick()
            self.breathe()
            if self.clock.monotonic() > end:
                raise SiteRunnerFault(
                    f"The site was not ready within {seconds:g} s; {self._why()}see {self.logs}."
                )

    def _why(self) -> str:
        """The services that ended by themselves, with the last line each wrote."""
        words = []
        for name in self.supervisor.names():
            if self.supervisor.restarts(name):
                log = (self.logs / f"{name}.log").read_text(errors="replace")
                last = log.strip().rpartition("\n")[2]
                words.append(f"{name} ended: {last}; ")
        return "".join(words)

    def breathe(self) -> None:
        """Let the others run for a moment."""
        select.select([], [], [], PAUSE_S)

    @property
    def logs(self) -> Path:
        """Where the services write."""
        return self.site.dir / "logs"

    def slips(self, node: Node) -> Path:
        """Where the node's slips appear as pictures."""
        return self.out / "slips" / node.name

    def core_socket(self, node: Node) -> str:
        """The endpoint of a node's core."""
        return f"ipc://{node.socket_path('core')}"

    def _node(self, node: Node) -> None:
        link = node.run_dir / "printer"
        self._run(
            f"{node.name}.printer", "devices", "simulate", "printer", "--pty", str(link),
            "--png", str(self.slips(node)), "--control", node.socket_path("printer"),
        )  # fmt: skip
        name = ("--node", node.name)
        self._run(f"{node.name}.devices", "devices", "run", *name)
        extra: tuple[str, ...] = ()
        if node.role == "kiosk":
            line = self._line(f"{node.name}.queue-line", node.settings.queue.centre_endpoint)
            extra = ("--centre", line.endpoint)
        self._run(f"{node.name}.core", "core", *name, *extra)
        self._sync(node)

    def _sync(self, node: Node) -> None:
        line = self._line(f"{node.name}.sync-line", node.settings.sync.upstream_endpoint)
        self._run(
            f"{node.name}.sync", "sync", "run", "--node", node.name, "--upstream", line.endpoint
        )

    def _line(self, name: str, target: str) -> ProxiedAddress:
        line = self.lines[name] = ProxiedAddress(name, free_port(), target)
        host, _, port = target.removeprefix("tcp://").rpartition(":")
        argv = (sys.executable, "-m", "kiosk.simulation.site.tcp_proxy", str(line.port), host, port)
        self.supervisor.add(ServiceProcess(name, argv, self.logs / f"{name}.log"))
        return line

    def _run(self, name: str, *words: str) -> None:
        argv = (sys.executable, "-m", "kiosk.cli", *words, "--site", str(self.site.dir))
        self.supervisor.add(ServiceProcess(name, argv, self.logs / f"{name}.log"))

    def _all_answer(self, node: Node) -> bool:
        return answers(node.socket_path("printer")) and self._core_answers(node)

    def _core_answers(self, node: Node) -> bool:
        with closing(CoreClient(self.core_socket(node))) as client:
            return client.ask(ViewRequest(), PAUSE_S * 4) is not None


def free_port() -> int:
    """A TCP port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
