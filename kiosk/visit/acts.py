"""Acts: the one table of what every element of every screen does. See `doing.py`."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.flow import Signal, State
from kiosk.visit import capture_acts, doing, filling_acts, keeping_acts, staff_acts, texting_acts
from kiosk.visit.doing import SHELL, Act, Doing, signal

S, G = State, Signal

_PICK: dict[str, Act] = {"service.": doing.show_service}
_TICKET: dict[str, Act] = {"take-ticket": doing.want_ticket}
_RATE: dict[str, Act] = {"rate": doing.rate}

ACTS: dict[State, dict[str, Act]] = {
    S.ATTRACT: {"start": signal(G.STARTED)},
    S.LANGUAGE: {"choose.": doing.choose_language},
    S.HOME: {
        "find": signal(G.FIND),
        "ticket": signal(G.FIND),
        "form": signal(G.FORM),
        "status": doing.ask_status,
        "feedback": signal(G.COMPLAIN),
        "help": signal(G.HELP),
    },
    S.FIND: {
        "category.": doing.list_category,
        "by-office": signal(G.OFFICES),
        "search": signal(G.SEARCH),
    },
    S.OFFICES: {"agency.": doing.list_agency},
    S.SEARCH: _PICK,
    S.SERVICES: _PICK,
    S.SERVICE: {
        **_TICKET,
        "need.": doing.tick,
        "print-list": doing.print_list,
        "fill-form": filling_acts.fill_form,
    },
    S.PRIORITY: {"class.": doing.take_ticket},
    S.TICKET: {**_RATE, "print-again": doing.print_again, "sms": texting_acts.ask_number},
    S.TICKET_SMS: texting_acts.TEXTING,
    S.FORMS: {"form.": filling_acts.choose_form, "resume": keeping_acts.ask_code},
    S.CONSENT: {"agree": filling_acts.agree, "refuse": filling_acts.refuse},
    S.QUESTION: {**filling_acts.QUESTION, **keeping_acts.KEEP, **capture_acts.CAPTURE},
    S.REPEAT: filling_acts.REPEAT,
    S.KEPT: keeping_acts.KEPT,
    S.RESUME: keeping_acts.RESUME,
    S.REVIEW: {**filling_acts.REVIEW, **keeping_acts.KEEP},
    S.SUBMITTED: {**_RATE, **_TICKET, "correct": staff_acts.ask_pin_to_correct},
    S.STATUS: {"next": doing.next_status},
    S.STATUS_ANSWER: {"complain": signal(G.COMPLAIN)},
    S.COMPLAIN: {"kind.": doing.say_kind},
    S.FEEDBACK: {"face.": doing.show_face, "words": doing.touch_words, "send": doing.send_opinion},
    S.THANKS: {},
    S.HELP: {},
    S.STAFF_CALLED: {},
    S.STAFF_PIN: staff_acts.STAFF_PIN,
    S.STAFF: staff_acts.STAFF,
    S.REMEDY: staff_acts.REMEDY,
    S.UNAVAILABLE: {},
    S.GOODBYE: {},
}

EDITS: dict[State, dict[str, Callable[[Doing, str], None]]] = {
    S.SEARCH: {"query": doing.type_query},
    S.FEEDBACK: {"words": doing.type_words},
    S.STATUS: {"answer": doing.type_status},
    S.RESUME: {"answer": keeping_acts.type_code},
    S.STAFF_PIN: {"answer": staff_acts.type_pin},
    S.TICKET_SMS: {"answer": texting_acts.type_number},
}


DOOR: dict[str, Act] = {"staff": staff_acts.ask_pin}


def act_for(state: State, element: str) -> tuple[Act, str] | None:
    """The act of an element id and the rest of the id after its prefix."""
    for table in (ACTS[state], SHELL, DOOR):
        if element in table:
            return table[element], ""
        for name, act in table.items():
            if name.endswith(".") and element.startswith(name):
                return act, element.removeprefix(name)
    return None
