"""Calling for a person: what worked is what the screen says, and staff see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from kiosk.adapters.staff_call import StaffBell
from kiosk.centre.service.local_client import LocalCentre
from kiosk.node.centre_composition import authority
from kiosk.node.database import open_node_database
from kiosk.ui_protocol.view import Headphones
from kiosk.visit.controller.controller import VisitController
from kiosk.visit.ports import CallResult
from peripherals.device_loop.control_socket import ShowLight
from peripherals.devices.call_button import Light
from peripherals.drivers.aplay import Loudspeaker
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from provisioning.node.site import Site
from tests.kiosk.conftest import Visitor
from tests.kiosk.visit.staff.test_staff import PIN, with_pin

VISIT = SeededIds().uuid7()


class CaseLight:
    """The device service: takes calls, or is away."""

    def __init__(self, *, there: bool = True) -> None:
        self.there, self.shown = there, [Light.OFF]

    def call(self, call: Any) -> bool:
        assert isinstance(call, ShowLight)
        self.shown.append(call.light)
        return self.there


class Silence:
    """A centre that does not answer."""

    def ask(self, message: Any) -> None:
        del message


def test_the_centre_has_the_call_in_its_journal_with_the_kiosk(site: Site) -> None:
    database = open_node_database(site.node("centre"), VirtualClock())
    way = LocalCentre(authority(site.node("centre"), database), "kiosk-2")
    assert StaffBell(None, way).call(VISIT, "question") == CallResult(centre=True)
    [entry] = [each for each in database.journal.entries() if each.kind == "staff.called"]
    assert entry.body == {"site": "HC-001", "state": "question", "kiosk": "kiosk-2"}
    database.store.close()


@pytest.mark.parametrize("there", [True, False])
def test_a_light_counts_only_when_the_device_took_the_call(*, there: bool) -> None:
    light = CaseLight(there=there)
    bell = StaffBell(light, Silence())  # type: ignore[arg-type] # by their shape
    assert bell.call(VISIT, "home") == CallResult(light=there)
    bell.end()
    assert light.shown == [Light.OFF, Light.BLINK, Light.OFF]


@dataclass
class Bell:
    """What a call sets off, chosen by the test."""

    result: CallResult
    ended: int = 0
    quiet: bool = False

    def call(self, visit: Any, state: str, *, quiet: bool = False) -> CallResult:
        del visit, state
        self.quiet = quiet
        return self.result

    def end(self) -> None:
        self.ended += 1


def standing(visitor: Visitor, bell: Bell) -> Visitor:
    """The same kiosk in a centre, with this bell."""
    ports = visitor.kiosk.controller._ports
    place = replace(ports.place, mobile=False)
    controller = VisitController(replace(ports, place=place, staff_call=bell))
    return Visitor(replace(visitor.kiosk, controller=controller), visitor.clock, visitor.node)


@pytest.mark.parametrize(
    ("result", "said", "unsaid"),
    [
        (CallResult(light=True, centre=True), ["blinking", "has your call", "If nobody"], []),
        (CallResult(light=True), ["blinking", "If nobody"], ["has your call"]),
        (CallResult(centre=True), ["has your call", "If nobody"], ["blinking"]),
        (CallResult(sound=True), ["loudspeaker", "If nobody"], ["blinking", "has your call"]),
        (
            CallResult(light=True, centre=True, sound=True),
            ["loudspeaker", "blinking", "has your call"],
            ["could not ring"],
        ),
        (
            CallResult(),
            ["could not ring", "raise your hand"],
            ["blinking", "has your call", "loudspeaker"],
        ),
    ],
)
def test_the_screen_says_what_worked(
    visitor: Visitor, result: CallResult, said: list[str], unsaid: list[str]
) -> None:
    bell = Bell(result)
    person = standing(visitor, bell).tap("start", "choose.en", "call-staff")
    words = person.words()
    assert "coming" not in words
    assert all(each in words for each in said), words
    assert not any(each in words for each in unsaid), words
    body = list(visitor.kiosk.database.journal.entries())[-1].body
    told = (body["light"], body["centre"], body["sound"])
    assert told == (result.light, result.centre, result.sound)
    person.tap("done")
    assert bell.ended == 0, "staff may still be on their way"
    person.tap("stop")
    assert bell.ended == 1


def test_a_van_sends_people_to_the_officer_beside_them(visitor: Visitor) -> None:
    visitor.tap("start", "choose.en", "call-staff")
    assert "officer at this van" in visitor.words()


def test_staff_see_that_somebody_asked_for_them(visitor: Visitor) -> None:
    with_pin(visitor)
    visitor.tap("start", "choose.en", "call-staff", "done", "help", "staff").type(PIN).tap("next")
    assert "asked for a person" in visitor.words()
    visitor.wait(30)
    assert "asked for a person" in visitor.words()


def test_no_bell_rings_into_headphones(visitor: Visitor) -> None:
    bell = Bell(CallResult(light=True))
    one = standing(visitor, bell)
    one.tap("start", "choose.en", "call-staff")
    assert not bell.quiet
    one.tap("done")
    one.kiosk.controller.send(Headphones(plugged=True))
    one.tap("call-staff")
    assert bell.quiet


def test_a_quiet_call_leaves_the_loudspeaker_alone() -> None:
    class Rung(Loudspeaker):
        def __init__(self) -> None:
            super().__init__("bell+alsa:default")
            self.times = 0

        def ring(self) -> bool:
            self.times += 1
            return True

    loud = Rung()
    bell = StaffBell(None, None, loud)
    assert not bell.call(UUID(int=1), "home", quiet=True).sound
    assert bell.call(UUID(int=1), "home").sound
    assert loud.times == 1
