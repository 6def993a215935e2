"""StoryPlayer: plays a story, step by step, at a kiosk of a running site.

Records every number, reference and typed value; `audit/reconcile.py` compares them with the disks
afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.simulation.site.drain import drain
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.core_driver import CoreSilent, StoryDriver, on_screen
from kiosk.simulation.stories.script import StoryFailed, StoryStep
from kiosk.ui_protocol.view import BlockKind, View
from provisioning.node.site import Node

PAGES_MAX = 20
EXPECT_S = 5.0


@dataclass(slots=True)
class ObservedVisits:
    """What citizens were told and what they typed. Tickets by the code on them."""

    tickets: dict[str, tuple[str, str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    visits: int = 0

    def listen(self, node: str, view: View) -> None:
        """Note what a screen tells; `node` is where."""
        number = next((b.value for b in view.blocks if b.kind is BlockKind.NUMBER), "")
        if view.state == "ticket" and number:
            code = next(b.value for b in view.blocks if b.kind is BlockKind.QR)
            self.tickets[code] = (node, number)
        elif view.state == "submitted" and number:
            self.references[number] = node


class StoryPlayer:
    """Plays steps as `driver` at the kiosk `node` of `runner`."""

    def __init__(
        self,
        runner: SiteRunner,
        node: Node,
        driver: StoryDriver,
        out: Path,
        heard: ObservedVisits,
        on_message: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._runner = runner
        self._node = node
        self._driver = driver
        self._out = out
        self._on_message = on_message
        self.heard = heard
        self.picture_prefix = ""
        """When set, a picture of every screen is kept under names that begin so."""
        self._pictured: set[str] = set()

    def play(self, steps: Sequence[StoryStep]) -> None:
        """Every step in order; raises `StoryFailed` naming the line."""
        for step in steps:
            self._on_message(f"line {step.line}: {step.verb} {step.rest}".rstrip())
            try:
                self.do(step.verb, step.rest)
            except CoreSilent:
                raise
            except StoryFailed as failed:
                raise StoryFailed(f"Line {step.line} of the story: {failed.message}") from failed

    def do(self, verb: str, rest: str = "") -> None:
        """One step."""
        self._runner.supervisor.tick()
        match verb:
            case "tap":
                self.tap(rest)
            case "type":
                self.heard.typed.append(rest)
                self._driver.type(rest)
            case "scan":
                self.heard.typed.append(rest)
                self._driver.scan(rest)
            case "wait":
                self._driver.wait(float(rest))
            case "language":
                self._driver.tap(f"language.{rest}")
            case "end-visit":
                self.end_visit()
            case "picture":
                if not self._driver.picture(self._out / "screens" / f"{rest}.png"):
                    self._on_message(f"no picture {rest}: nothing is drawn at the core")
            case "expect" | "expect-text" | "expect-no":
                self._expect(verb, rest)
            case _:
                self._outside(verb, rest)
        self._listen()

    def look(self) -> View:
        """The screen now, as a citizen sees it."""
        return self._driver.look()

    def tap(self, name: str) -> None:
        """Touch an element, on another page if need be, as a person would look for it."""
        self._leaf_until(lambda view: _has(view, name))
        if name == "start":
            self.heard.visits += 1
        self._driver.tap(name)

    def end_visit(self) -> None:
        """Stop and clear, and back to the welcome screen."""
        view = self._driver.look()
        if view.countdown:
            self._driver.tap("end-now")
        elif view.state not in {"attract", "goodbye"}:
            self._driver.tap("stop")
        if self._driver.look().state == "goodbye":
            self._driver.tap("done")

    def _outside(self, verb: str, rest: str) -> None:
        match verb:
            case "network":
                self._runner.network(up=rest == "up")
            case "printer":
                self._runner.printer(self._node, rest)
            case "cut-power":
                self._runner.cut_power(self._node)
            case "drain":
                drain(self._runner, self._on_message)
            case _:
                raise StoryFailed(f"there is no step {verb!r}")

    def _leaf_until(self, found: Callable[[View], bool]) -> bool:
        """Turn to the page that holds it, as a person looks: onward, then back before where it
        began. Found nowhere, the page is again the one it began with.
        """
        onward = self._turn("page.next", found, PAGES_MAX)
        if onward is None:
            return True
        back = self._turn("page.previous", found, PAGES_MAX)
        if back is None:
            return True
        self._turn("page.next", lambda _: False, back - onward)
        return False

    def _turn(self, way: str, found: Callable[[View], bool], most: int) -> int | None:
        """Turn pages one way until it is found (None); else how many were turned."""
        turned = 0
        while not found(view := self._driver.look()):
            if turned == most or view.countdown or not _has(view, way):
                return turned
            self._driver.tap(way)
            turned += 1
        return None

    def _expect(self, verb: str, what: str) -> None:
        """A thing that is to come (a proven slip) may take a few seconds."""
        end = self._runner.clock.monotonic() + EXPECT_S
        wanted = verb != "expect-no"

        def there(view: View) -> bool:
            if verb == "expect":
                return view.state == what or _has(view, what)
            return what.casefold() in shown(view).casefold()

        if wanted and self._leaf_until(there):
            return
        while True:
            view = self._driver.look()
            if there(view) is wanted:
                return
            self._runner.supervisor.tick()
            self._runner.breathe()
            if not wanted or self._runner.clock.monotonic() > end:
                not_ = "" if wanted else "not "
                raise StoryFailed(f"{what!r} should {not_}be there; {on_screen(view)}")

    def reaches(self) -> bool:
        """Whether the kiosk answers again."""
        return self._driver.reach(0.2)

    def _listen(self) -> None:
        view = self._driver.look()
        self.heard.listen(self._node.name, view)
        name = f"{self.picture_prefix}-{view.state}-{view.language}"
        if self.picture_prefix and name not in self._pictured:
            self._pictured.add(name)
            self._driver.picture(self._out / "screens" / f"{name}.png")


def shown(view: View) -> str:
    """Every word of a screen."""
    words = [view.title, view.subtitle, view.site, view.badge, view.overlay_title]
    words += [view.overlay_text, view.progress.text if view.progress else ""]
    for block in view.blocks:
        words += [block.label, block.text, block.value, block.hint]
    for element in view.elements:
        words += [element.label, element.hint, element.value, element.error]
    return "\n".join(word for word in words if word)


def _has(view: View, name: str) -> bool:
    wheel = name.rpartition(".")[0] if name.endswith((".up", ".down")) else name
    return any(each.enabled and (each.id in {name, wheel}) for each in view.elements)
