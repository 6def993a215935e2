"""Screens of the staff: the PIN, how everything is, and what to do about a fault code. Pure.

Everything is paged, what is wrong stands first, and what can be touched is a row. No name,
number, answer or reference of a citizen is ever here.
"""

from __future__ import annotations

from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Region, Role
from kiosk.visit.flow import State
from kiosk.visit.screen import Screen, ScreenContext, ScreenTable, button, fact, notice, paged, step
from kiosk.visit.session import PinOpens
from kiosk.visit.staff_port import Device, KioskReport, LostSlip

LINES = 4
"""Lines of the list on a page: they are long, and staff read them from the largest text too."""

DEVICE_ICONS = {
    "printer": "print",
    "scanner": "qr_code_scanner",
    "mrz": "badge",
    "card": "credit_card",
    "gnss": "location_on",
    "sms": "smartphone",
    "ups": "bolt",
    "gpio": "lightbulb",
    "audio": "volume_up",
    "brightness": "brightness_high",
    "camera": "photo_camera",
}
Line = Element | Block


def staff_pin(scene: ScreenContext) -> Screen:
    """The PIN on a pad of digits; closed with a sentence where none is set."""
    say, given, pin = scene.tongue.say, scene.session.staff_input, scene.pin
    assert pin is not None, "this screen needs a PIN"
    title = say("staff_pin.title")
    why = say("staff_pin.correct") if given.opens is PinOpens.CORRECTION else ""
    if not pin.has_pin:
        closed = notice(say("staff_pin.closed"), tone="warn", icon="lock")
        back = button(scene, "back", "shell.back", "arrow_back", primary=True)
        return Screen(title, why, [closed], [back], back=False, home=False)
    waiting = say("staff_pin.wait", n=pin.wait_s) if pin.wait_s else ""
    problem = waiting or given.told or (say(given.problem) if given.problem else "")
    field = Element(
        id="answer",
        role=Role.FIELD,
        label=say("staff_pin.label"),
        value=given.typed,
        masked=True,
        error=problem,
        enabled=not pin.wait_s,
    )
    go = button(scene, "next", "shell.next", "arrow_forward", primary=True, enabled=field.enabled)
    return Screen(title, why, [], [field, go], keyboard=KeyboardKind.NUMBER, home=False)


def staff(scene: ScreenContext) -> Screen:
    """Every device, every slip of unknown fate, what waits to be sent, and what is installed."""
    say, given, report = scene.tongue.say, scene.session.staff_input, scene.report
    assert report is not None, "this screen needs a report"
    shown, page, paging = paged(scene, _lines(scene, report), LINES)
    rows = [line for line in shown if isinstance(line, Element)]
    facts = [line for line in shown if isinstance(line, Block)]
    blocks: list[Block] = list(facts)
    if given.told:
        blocks.insert(0, notice(given.told, tone="problem", icon="error"))
    elif given.said:
        blocks.insert(0, notice(say(given.said), tone="good", icon="check_circle"))
    done = button(scene, "staff-done", "staff.done", "logout", primary=True)
    return Screen(
        say("staff.title"),
        "",
        blocks,
        [*rows, *_paper_acts(scene, report), *paging, done],
        page=page,
        back=False,
        home=False,
    )


def _paper_acts(scene: ScreenContext, report: KioskReport) -> list[Element]:
    """The test slip, and one "new roll" a printer: the first needs no name."""
    printers = [each for each in report.devices if each.roll]
    if not printers:
        return []
    acts = [button(scene, "test-slip", "staff.test_slip", "receipt_long", place=Region.MAIN)]
    for number, each in enumerate(printers):
        label = scene.tongue.say("staff.roll_changed")
        acts.append(
            Element(
                id=f"roll-changed.{each.name}" if number else "roll-changed",
                role=Role.BUTTON,
                place=Region.MAIN,
                label=label if len(printers) == 1 else f"{label}: {number + 1}",
                icon="replay",
            )
        )
    return acts


def remedy(scene: ScreenContext) -> Screen:
    """One page: what is wrong, and what to do, step by step; also in the other language's words."""
    code = scene.session.staff_input.code
    found = scene.remedy
    other = next(each for each in LANGUAGES if each != scene.tongue.language)
    done = button(scene, "done", "shell.done", "check", primary=True)
    if found is None:
        words = notice(scene.tongue.say("remedy.unknown", code=code), tone="warn", icon="info")
        return Screen(scene.tongue.say("remedy.title", code=code), "", [words], [done], home=False)
    return Screen(
        scene.tongue.say("remedy.title", code=code),
        f"{found.wrong[scene.tongue.language]} · {found.wrong[other]}",
        [step(each) for each in found.steps[scene.tongue.language]],
        [done],
        home=False,
    )


def _lines(scene: ScreenContext, report: KioskReport) -> list[Line]:
    """What is wrong first, then slips, then what is well, then the rest."""
    codes: dict[str, int] = {}
    lines: list[Line] = []
    for device in report.devices:
        if device.code:
            codes[device.code] = codes.get(device.code, 0) + 1
            lines.append(_fault_row(scene, device, codes[device.code]))
    lines += [row for slip in report.slips for row in _slip_rows(scene, slip)]
    lines += [_device_fact(scene, each) for each in report.devices if not each.code]
    if not report.devices:
        lines.append(
            fact(scene.tongue.say("staff.devices"), scene.tongue.say("staff.none"), "tune")
        )
    return lines + _node_facts(scene, report)


def _fault_row(scene: ScreenContext, device: Device, count: int) -> Element:
    name = f"remedy.{device.code}" if count == 1 else f"remedy.{device.code}.{count}"
    return Element(
        id=name,
        role=Role.ROW,
        label=_device_title(scene, device),
        hint=f"{device.code} · {_device_words(scene, device)}",
        icon=DEVICE_ICONS.get(device.kind, "tune"),
    )


def _slip_rows(scene: ScreenContext, slip: LostSlip) -> list[Element]:
    """Print it again (marked), or take it off the list because somebody holds it."""
    say = scene.tongue.say
    what = f"{say(f'staff.slip_{slip.kind}')} {slip.label}".strip()
    when = f"{what} · {scene.tongue.moment(slip.at)}"
    seen = Element(
        id=f"on-paper.{slip.job}",
        role=Role.ROW,
        label=when,
        hint=say("staff.on_paper"),
        icon="task_alt",
    )
    if not slip.again:
        return [seen]
    again = Element(
        id=f"reprint.{slip.job}",
        role=Role.ROW,
        label=when,
        hint=say("staff.reprint"),
        icon="print_error",
    )
    return [again, seen]


def _device_fact(scene: ScreenContext, device: Device) -> Block:
    icon = DEVICE_ICONS.get(device.kind, "tune")
    return fact(_device_title(scene, device), _device_words(scene, device), icon)


def _device_title(scene: ScreenContext, device: Device) -> str:
    """Its name in words and since when it is as it is."""
    name = _device_name(scene.tongue, device)
    return scene.tongue.say("staff.since", device=name, time=scene.tongue.moment(device.since))


def _device_name(tongue: Translator, device: Device) -> str:
    number = device.name.removeprefix(device.kind).strip("-")
    return f"{tongue.say(f'device.{device.kind}')} {number}".strip()


def _device_words(scene: ScreenContext, device: Device) -> str:
    words = device.words.rstrip(".")
    if device.left is not None:
        words = f"{words}. {scene.tongue.say('staff.tickets_left', n=device.left)}"
    return f"{words} ({device.detail})" if device.detail else words


def _node_facts(scene: ScreenContext, report: KioskReport) -> list[Line]:
    say, tongue = scene.tongue.say, scene.tongue
    proved = tongue.moment(report.proved_at) if report.proved_at else say("staff.never")
    content = f"{tongue.day(report.content_date)} ({report.content_version})"
    network = say("staff.line_up" if scene.network.online else "staff.line_down")
    return [
        fact(say("staff.waiting"), say("staff.entries", n=report.waiting), "upload", network),
        fact(say("staff.proved"), proved, "cloud_done"),
        fact(say("staff.content"), content, "inventory_2"),
        fact(say("staff.version"), report.version, "settings"),
    ]


SCREENS: ScreenTable = {
    State.STAFF_PIN: staff_pin,
    State.STAFF: staff,
    State.REMEDY: remedy,
}
