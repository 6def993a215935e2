"""Acts: the one table of what every element of every screen does. See `doing.py`."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.visit import actions
from kiosk.visit.actions import SHELL, Act, ActionContext, signal
from kiosk.visit.draft import actions as keeping_acts
from kiosk.visit.flow import Signal, State
from kiosk.visit.form import actions as filling_acts
from kiosk.visit.form import capture_actions
from kiosk.visit.staff import actions as staff_acts
from kiosk.visit.ticket import sms_actions

S, G = State, Signal

_PICK: dict[str, Act] = {"service.": actions.show_service}
_TICKET: dict[str, Act] = {"take-ticket": actions.want_ticket}
_RATE: dict[str, Act] = {"rate": actions.rate}

ACTS: dict[State, dict[str, Act]] = {
    S.ATTRACT: {"start": signal(G.STARTED)},
    S.LANGUAGE: {"choose.": actions.choose_language},
    S.HOME: {
        "find": signal(G.FIND),
        "ticket": signal(G.FIND),
        "form": signal(G.FORM),
        "status": actions.ask_status,
        "feedback": signal(G.COMPLAIN),
        "help": signal(G.HELP),
    },
    S.FIND: {
        "category.": actions.list_category,
        "by-office": signal(G.OFFICES),
        "search": signal(G.SEARCH),
    },
    S.OFFICES: {"agency.": actions.list_agency},
    S.SEARCH: _PICK,
    S.SERVICES: _PICK,
    S.SERVICE: {
        **_TICKET,
        "need.": actions.tick,
        "print-list": actions.print_list,
        "fill-form": filling_acts.fill_form,
    },
    S.PRIORITY: {"class.": actions.take_ticket},
    S.TICKET: {**_RATE, "print-again": actions.print_again, "sms": sms_actions.ask_number},
    S.TICKET_SMS: sms_actions.TEXTING,
    S.FORMS: {"form.": filling_acts.choose_form, "resume": keeping_acts.ask_code},
    S.CONSENT: {"agree": filling_acts.agree, "refuse": filling_acts.refuse},
    S.QUESTION: {**filling_acts.QUESTION, **keeping_acts.KEEP, **capture_actions.CAPTURE},
    S.REPEAT: filling_acts.REPEAT,
    S.KEPT: keeping_acts.KEPT,
    S.RESUME: keeping_acts.RESUME,
    S.REVIEW: {**filling_acts.REVIEW, **keeping_acts.KEEP},
    S.SUBMITTED: {**_RATE, **_TICKET, "correct": staff_acts.ask_pin_to_correct},
    S.STATUS: {"next": actions.next_status},
    S.STATUS_ANSWER: {"complain": signal(G.COMPLAIN)},
    S.COMPLAIN: {"kind.": actions.say_kind},
    S.FEEDBACK: {
        "face.": actions.show_face,
        "words": actions.touch_words,
        "send": actions.send_opinion,
    },
    S.THANKS: {},
    S.HELP: {},
    S.STAFF_CALLED: {},
    S.STAFF_PIN: staff_acts.STAFF_PIN,
    S.STAFF: staff_acts.STAFF,
    S.REMEDY: staff_acts.REMEDY,
    S.UNAVAILABLE: {},
    S.GOODBYE: {},
}

EDITS: dict[State, dict[str, Callable[[ActionContext, str], None]]] = {
    S.SEARCH: {"query": actions.type_query},
    S.FEEDBACK: {"words": actions.type_words},
    S.STATUS: {"answer": actions.type_status},
    S.RESUME: {"answer": keeping_acts.type_code},
    S.STAFF_PIN: {"answer": staff_acts.type_pin},
    S.TICKET_SMS: {"answer": sms_actions.type_number},
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
