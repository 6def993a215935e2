"""The gallery's screens of a bad day: the staff's PIN, the kiosk's state, a remedy, no paper."""

from __future__ import annotations

from kiosk.tools.gallery.gallery_parts import Parts, action, fact, notice, paging, step
from kiosk.tools.gallery.gallery_visit import ticket
from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import Block, BlockKind, Element, KeyboardKind, Region, Role

SINCE = "21/11/2026 14:30"
# The longest of each, as the devices' own tables have them; the gallery knows no device package.
FAULTS = {
    "en": (
        ("E28", "Two devices fit this place. Name the port or the serial number in the settings."),
        ("P24", "Another model is connected than the settings say"),
    ),
    "sw": (
        ("E28", "Vifaa viwili vinafaa hapa. Taja mlango au namba ya kifaa kwenye mipangilio."),
        ("P24", "Printa iliyounganishwa si ile iliyowekwa"),
    ),
}
STEPS = {
    "en": (
        "Push the data cable in at both ends until it clicks.",
        "Look for the power light. If it is dark, press the switch, then check the socket.",
        "Wait ten seconds: the kiosk finds the printer by itself.",
    ),
    "sw": (
        "Sukuma kebo ya data pande zote mbili hadi ikae imara.",
        "Tazama taa ya umeme. Ikiwa haiwaki, bonyeza swichi, kisha kagua soketi.",
        "Subiri sekunde kumi: kioski kitaipata printa chenyewe.",
    ),
}
WRONG = {"en": "The printer is not connected", "sw": "Printa haijaunganishwa"}
OTHER = {"en": "sw", "sw": "en"}


def pin(w: GalleryWords) -> Parts:
    field = element("answer", Role.FIELD, w("staff_pin.label"), value="1234", masked=True)
    go = action(w, "next", "shell.next", "arrow_forward", primary=True)
    return {
        "title": w("staff_pin.title"),
        "elements": [field, go],
        "keyboard": KeyboardKind.NUMBER,
        "nav": (True, False),
        "state": "staff-pin",
    }


def pin_waiting(w: GalleryWords) -> Parts:
    wait = w("staff_pin.wait", n=3600)
    field = element(
        "answer", Role.FIELD, w("staff_pin.label"), masked=True, error=wait, enabled=False
    )
    go = action(w, "next", "shell.next", "arrow_forward", primary=True, enabled=False)
    return {**pin(w), "elements": [field, go]}


def pin_closed(w: GalleryWords) -> Parts:
    back = action(w, "back", "shell.back", "arrow_back", primary=True)
    closed = [notice(w("staff_pin.closed"), "warn", "lock")]
    return {
        "title": w("staff_pin.title"),
        "blocks": closed,
        "elements": [back],
        "nav": (False, False),
        "state": "staff-pin",
    }


def _page(w: GalleryWords, rows: list[Element], facts: list[Block], page: tuple[int, int]) -> Parts:
    acts = [
        action(w, "test-slip", "staff.test_slip", "receipt_long", place=Region.MAIN),
        action(w, "roll-changed", "staff.roll_changed", "replay", place=Region.MAIN),
    ]
    done = action(w, "staff-done", "staff.done", "logout", primary=True)
    return {
        "title": w("staff.title"),
        "blocks": facts,
        "elements": [*rows, *acts, *paging(w), done],
        "page": page,
        "nav": (False, False),
        "state": "staff",
    }


def faults(w: GalleryWords) -> Parts:
    """A page of rows only: faults and slips nobody knows of."""
    rows = [
        element(
            f"remedy.{code}",
            Role.ROW,
            w("staff.since", device=w("device.printer"), time=SINCE),
            hint=w.stretch(f"{code} · {words}"),
            icon="print",
        )
        for code, words in FAULTS[w.language]
    ]
    slip = f"{w('staff.slip_ticket')} A101 · {SINCE}"
    rows += [
        element("reprint.0", Role.ROW, slip, hint=w("staff.reprint"), icon="print_error"),
        element("on-paper.0", Role.ROW, slip, hint=w("staff.on_paper"), icon="task_alt"),
    ]
    told = [notice(w("staff.printing"), "good", "check_circle")]
    return _page(w, rows, told, (1, 3))


def well(w: GalleryWords) -> Parts:
    """A page of what is well, and the node itself."""
    left = w("staff.tickets_left", n=140)
    lines = [
        fact(w("staff.since", device=w("device.printer"), time=SINCE), left, "print"),
        fact(w("staff.since", device=w("device.gpio"), time=SINCE), "OK", "lightbulb"),
        fact(w("staff.waiting"), w("staff.entries", n=1204), "upload", w("staff.line_down")),
        fact(w("staff.proved"), SINCE, "cloud_done"),
    ]
    return _page(w, [], lines, (2, 3))


def remedy(w: GalleryWords) -> Parts:
    other = WRONG[OTHER[w.language]]
    return {
        "title": w("remedy.title", code="P21"),
        "subtitle": w.stretch(f"{WRONG[w.language]} · {other}"),
        "blocks": [step(w.stretch(each)) for each in STEPS[w.language]],
        "elements": [action(w, "done", "shell.done", "check", primary=True)],
        "nav": (True, False),
    }


def sms(w: GalleryWords, value: str = "0712 345", problem: str = "") -> Parts:
    """A ticket's number by SMS: to which phone number, and what becomes of that."""
    field = element("answer", Role.FIELD, w("sms.number"), value=value, error=problem)
    return {
        "title": w("sms.title"),
        "blocks": [Block(kind=BlockKind.TEXT, text=w("sms.forgotten"))],
        "elements": [field, action(w, "send", "sms.send", "send", primary=True)],
        "keyboard": KeyboardKind.PHONE,
        "nav": (True, False),
        "state": "ticket-sms",
    }


def sms_wrong(w: GalleryWords) -> Parts:
    """A phone number that is none."""
    return sms(w, "0812 345 678", w("sms.bad_number"))


def sms_sent(w: GalleryWords) -> Parts:
    """The message is on its way, and this citizen is served first: all a ticket may have to say."""
    found = ticket(w)
    found["blocks"] = [
        *(block for block in found["blocks"] if block.kind is not BlockKind.NOTICE),
        notice(w("ticket.priority"), "good", "star"),
        notice(w("sms.waiting"), "info", "schedule"),
    ]
    return {**found, "state": "ticket"}


def no_paper(w: GalleryWords) -> Parts:
    """A ticket while the printer cannot print and a modem can send."""
    found = ticket(w)
    found["blocks"] = [
        notice(w("ticket.no_printer"), "warn", "print_disabled")
        if block.kind is BlockKind.NOTICE
        else block
        for block in found["blocks"]
    ]
    found["elements"].insert(0, action(w, "sms", "sms.offer", "smartphone"))
    return {**found, "state": "ticket"}


SCREENS = {
    "ticket-sms": sms,
    "ticket-sms-wrong": sms_wrong,
    "ticket-sms-sent": sms_sent,
    "ticket-no-paper": no_paper,
    "staff-pin": pin,
    "staff-pin-waiting": pin_waiting,
    "staff-pin-closed": pin_closed,
    "staff": faults,
    "staff-well": well,
    "remedy": remedy,
}
