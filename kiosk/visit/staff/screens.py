"""Staff screens: the PIN, the kiosk's report, and the remedy of a fault code. Pure.

Long lists are paged, faults come first. No name, number, answer or reference of a citizen is ever
shown.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Region, Role
from kiosk.visit.flow import State
from kiosk.visit.screen import Screen, ScreenContext, ScreenTable, button, fact, notice, paged, step
from kiosk.visit.session import PinOpens
from kiosk.visit.staff_port import Device, KioskReport, LostSlip

LINES = 4
"""Lines of the list on a page: they are long, and staff read them from the largest text too."""

CALL_SHOWN = timedelta(hours=1)
"""Later, a call for a person is over, answered or not."""

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
    "headphones": "headphones",
    "brightness": "brightness_high",
    "camera": "photo_camera",
}
Line = Element | Block


def staff_pin(context: ScreenContext) -> Screen:
    """The PIN on a pad of digits; closed with a sentence where none is set."""
    say, given, pin = context.translator.say, context.session.staff_input, context.pin
    assert pin is not None, "this screen needs a PIN"
    title = say("staff_pin.title")
    why = say("staff_pin.correct") if given.opens is PinOpens.CORRECTION else ""
    if not pin.has_pin:
        closed = notice(say("staff_pin.closed"), tone="warn", icon="lock")
        back = button(context, "back", "shell.back", "arrow_back", primary=True)
        return Screen(title, why, [closed], [back], back=False, home=False)
    waiting = (
        say("staff_pin.wait", wait=context.translator.duration(pin.wait_s)) if pin.wait_s else ""
    )
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
    go = button(context, "next", "shell.next", "arrow_forward", primary=True, enabled=field.enabled)
    return Screen(title, why, [], [field, go], keyboard=KeyboardKind.NUMBER, home=False)


def staff(context: ScreenContext) -> Screen:
    """Every device, every slip of unknown fate, what waits to be sent, and what is installed."""
    say, given, report = context.translator.say, context.session.staff_input, context.report
    assert report is not None, "this screen needs a report"
    shown, page, paging = paged(context, _lines(context, report), LINES)
    rows = [line for line in shown if isinstance(line, Element)]
    facts = [line for line in shown if isinstance(line, Block)]
    blocks: list[Block] = list(facts)
    if given.told:
        blocks.insert(0, notice(given.told, tone="problem", icon="error"))
    elif given.said:
        blocks.insert(0, notice(say(given.said), tone="good", icon="check_circle"))
    done = button(context, "staff-done", "staff.done", "logout", primary=True)
    return Screen(
        say("staff.title"),
        "",
        blocks,
        [*rows, *_paper_acts(context, report), *paging, done],
        page=page,
        back=False,
        home=False,
    )


def _paper_acts(context: ScreenContext, report: KioskReport) -> list[Element]:
    """The test slip, and one "new roll" a printer: the first needs no name."""
    printers = [each for each in report.devices if each.roll]
    if not printers:
        return []
    acts = [button(context, "test-slip", "staff.test_slip", "receipt_long", place=Region.MAIN)]
    for number, each in enumerate(printers):
        label = context.translator.say("staff.roll_changed")
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


def remedy(context: ScreenContext) -> Screen:
    """One page: what is wrong, and what to do, step by step; also in the other language's words."""
    code = context.session.staff_input.code
    found = context.remedy
    other = next(each for each in LANGUAGES if each != context.translator.language)
    done = button(context, "done", "shell.done", "check", primary=True)
    if found is None:
        words = notice(
            context.translator.say("remedy.unknown", code=code), tone="warn", icon="info"
        )
        return Screen(
            context.translator.say("remedy.title", code=code), "", [words], [done], home=False
        )
    return Screen(
        context.translator.say("remedy.title", code=code),
        f"{found.wrong[context.translator.language]} · {found.wrong[other]}",
        [step(each) for each in found.steps[context.translator.language]],
        [done],
        home=False,
    )


def _lines(context: ScreenContext, report: KioskReport) -> list[Line]:
    """What is wrong first, then slips, then what is well, then the rest."""
    codes: dict[str, int] = {}
    lines: list[Line] = []
    if report.called_at is not None and context.now - report.called_at < CALL_SHOWN:
        when = context.translator.moment(report.called_at)
        lines.append(fact(context.translator.say("staff.called"), when, "support_agent"))
    if report.room_mb is not None:
        left = context.translator.say("staff.room_left", n=report.room_mb)
        lines.append(fact(context.translator.say("staff.room"), left, "error"))
    for device in report.devices:
        if device.code:
            codes[device.code] = codes.get(device.code, 0) + 1
            lines.append(_fault_row(context, device, codes[device.code]))
    lines += [row for slip in report.slips for row in _slip_rows(context, slip)]
    lines += [_device_fact(context, each) for each in report.devices if not each.code]
    if not report.devices:
        lines.append(
            fact(
                context.translator.say("staff.devices"),
                context.translator.say("staff.none"),
                "tune",
            )
        )
    return lines + _node_facts(context, report)


def _fault_row(context: ScreenContext, device: Device, count: int) -> Element:
    name = f"remedy.{device.code}" if count == 1 else f"remedy.{device.code}.{count}"
    return Element(
        id=name,
        role=Role.ROW,
        label=_device_title(context, device),
        hint=f"{device.code} · {_device_words(context, device)}",
        icon=DEVICE_ICONS.get(device.kind, "tune"),
    )


def _slip_rows(context: ScreenContext, slip: LostSlip) -> list[Element]:
    """Print it again (marked), or take it off the list because somebody holds it."""
    say = context.translator.say
    what = f"{say(f'staff.slip_{slip.kind}')} {slip.label}".strip()
    when = f"{what} · {context.translator.moment(slip.at)}"
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


def _device_fact(context: ScreenContext, device: Device) -> Block:
    icon = DEVICE_ICONS.get(device.kind, "tune")
    return fact(_device_title(context, device), _device_words(context, device), icon)


def _device_title(context: ScreenContext, device: Device) -> str:
    """Its name in words and since when it is as it is."""
    name = _device_name(context.translator, device)
    return context.translator.say(
        "staff.since", device=name, time=context.translator.moment(device.since)
    )


def _device_name(translator: Translator, device: Device) -> str:
    number = device.name.removeprefix(device.kind).strip("-")
    return f"{translator.say(f'device.{device.kind}')} {number}".strip()


def _device_words(context: ScreenContext, device: Device) -> str:
    words = device.words.rstrip(".")
    if device.left is not None:
        words = f"{words}. {context.translator.say('staff.tickets_left', n=device.left)}"
    return f"{words} ({device.detail})" if device.detail else words


def _node_facts(context: ScreenContext, report: KioskReport) -> list[Line]:
    say, translator = context.translator.say, context.translator
    proved = translator.moment(report.proved_at) if report.proved_at else say("staff.never")
    content = f"{translator.day(report.content_date)} ({report.content_version})"
    network = say("staff.line_up" if context.network.online else "staff.line_down")
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
