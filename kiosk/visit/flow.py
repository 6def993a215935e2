"""Flow: the table of screens: which follows which, and what happens when the citizen leaves.

`FLOW[state][signal]` is the next state; a missing cell is a bug and raises `FlowBroken`. A signal
is what has happened (a number was given, all questions are answered), not which button was
pressed: `kiosk/visit/controller/action_table.py` turns presses into signals. `IDLE` says for every
state what to do when nobody touches the screen. No I/O, no clock, no text.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Every screen of a visit; the values are the names stories and pictures use."""

    ATTRACT = "attract"
    LANGUAGE = "language"
    HOME = "home"
    FIND = "find"
    OFFICES = "offices"
    SEARCH = "search"
    OFFICE = "office"
    SERVICES = "services"
    SERVICE = "service"
    PRIORITY = "priority"
    TICKET = "ticket"
    TICKET_SMS = "ticket-sms"
    NO_TICKET = "no-ticket"
    FORMS = "forms"
    CONSENT = "consent"
    QUESTION = "question"
    REPEAT = "repeat"
    KEPT = "kept"
    RESUME = "resume"
    REVIEW = "review"
    SUBMITTED = "submitted"
    STATUS = "status"
    STATUS_ANSWER = "status-answer"
    COMPLAIN = "complain"
    FEEDBACK = "feedback"
    THANKS = "thanks"
    HELP = "help"
    SOUND = "sound"
    STAFF_CALLED = "staff-called"
    STAFF_PIN = "staff-pin"
    STAFF = "staff"
    REMEDY = "remedy"
    UNAVAILABLE = "unavailable"
    GOODBYE = "goodbye"


class Signal(StrEnum):
    """What has happened."""

    STARTED = "started"
    LANGUAGE_CHOSEN = "language-chosen"
    FIND = "find"
    FORM = "form"
    STATUS = "status"
    COMPLAIN = "complain"
    HELP = "help"
    OFFICES = "offices"
    OFFICE = "office"
    SEARCH = "search"
    LISTED = "listed"  # a category or an office was chosen
    SERVICE_CHOSEN = "service-chosen"
    TICKET_WANTED = "ticket-wanted"
    TICKETED = "ticketed"  # a number is durable
    NO_TICKET = "no-ticket"  # there is nobody to queue for
    SMS = "sms"  # the number is wanted by SMS
    FORM_CHOSEN = "form-chosen"
    REFUSED = "refused"  # no consent
    ASKED = "asked"  # a question is to be shown
    REPEAT_ASKED = "repeat-asked"
    ANSWERED = "answered"  # nothing more to ask
    KEPT = "kept"  # the draft has a code and is durable under it
    RESUME = "resume"
    CORRECT = "correct"  # an officer goes back to a form just sent
    SUBMITTED = "submitted"  # the sealed form is durable
    RATE = "rate"
    SENT = "sent"
    DONE = "done"
    BACK = "back"
    HOME = "home"
    STAFF = "staff"
    SOUND = "sound"  # somebody who listens wants it louder, slower or silent
    STAFF_DOOR = "staff-door"  # somebody touched where staff come in
    STAFF_IN = "staff-in"  # with the right PIN
    REMEDY = "remedy"
    FAILED = "failed"
    STOPPED = "stopped"
    WIPED = "wiped"  # nobody is there any more


class HistoryTarget(StrEnum):
    """A cell that depends on where the visit came from."""

    PREVIOUS = "previous"


Target = State | HistoryTarget


class FlowBroken(Exception):
    """A signal that the table does not know in this state: a bug, not a fault."""


S, G = State, Signal

_ALWAYS: dict[Signal, Target] = {
    G.STAFF: S.STAFF_CALLED,
    G.SOUND: S.SOUND,
    G.STAFF_DOOR: S.STAFF_PIN,
    G.FAILED: S.UNAVAILABLE,
    G.STOPPED: S.GOODBYE,
    G.WIPED: S.ATTRACT,
}
_WALK: dict[Signal, Target] = {**_ALWAYS, G.HOME: S.HOME, G.BACK: HistoryTarget.PREVIOUS}
_FORM: dict[Signal, Target] = {
    **_WALK,
    G.ASKED: S.QUESTION,
    G.REPEAT_ASKED: S.REPEAT,
    G.ANSWERED: S.REVIEW,
}
_STAFF: dict[Signal, Target] = {  # no visit is behind these screens
    **_ALWAYS,
    G.FAILED: S.ATTRACT,
    G.STOPPED: S.ATTRACT,
}
_TO_TICKET: dict[Signal, Target] = {
    G.TICKET_WANTED: S.PRIORITY,
    G.TICKETED: S.TICKET,
    G.NO_TICKET: S.NO_TICKET,
}

FLOW: Final = MappingProxyType[State, dict[Signal, Target]](
    {
        S.ATTRACT: {**_ALWAYS, G.STARTED: S.LANGUAGE},
        S.LANGUAGE: {**_WALK, G.LANGUAGE_CHOSEN: S.HOME},
        S.HOME: {
            **_WALK,
            G.FIND: S.FIND,
            G.FORM: S.FORMS,
            G.STATUS: S.STATUS,
            G.COMPLAIN: S.COMPLAIN,
            G.HELP: S.HELP,
        },
        S.FIND: {**_WALK, G.LISTED: S.SERVICES, G.OFFICES: S.OFFICES, G.SEARCH: S.SEARCH},
        S.OFFICES: {**_WALK, G.LISTED: S.SERVICES},
        S.SEARCH: {**_WALK, G.SERVICE_CHOSEN: S.SERVICE},
        S.OFFICE: _WALK,
        S.SERVICES: {**_WALK, G.SERVICE_CHOSEN: S.SERVICE, G.OFFICE: S.OFFICE},
        S.SERVICE: {**_WALK, **_TO_TICKET, G.FORM_CHOSEN: S.CONSENT},
        S.PRIORITY: {**_WALK, G.TICKETED: S.TICKET, G.NO_TICKET: S.NO_TICKET},
        S.TICKET: {
            **_ALWAYS,
            G.HOME: S.HOME,
            G.DONE: S.GOODBYE,
            G.RATE: S.FEEDBACK,
            G.SMS: S.TICKET_SMS,
        },
        S.NO_TICKET: {**_WALK, G.DONE: S.HOME},
        S.TICKET_SMS: {**_ALWAYS, G.BACK: S.TICKET},
        S.FORMS: {**_WALK, G.FORM_CHOSEN: S.CONSENT, G.RESUME: S.RESUME},
        S.CONSENT: {**_FORM, **_TO_TICKET},
        S.QUESTION: {
            **_FORM,
            **_TO_TICKET,  # from a note at which the form ends unsent
            G.BACK: S.CONSENT,
            G.KEPT: S.KEPT,
            G.DONE: S.GOODBYE,
        },
        S.REPEAT: {**_FORM, G.BACK: S.CONSENT},
        S.KEPT: {**_FORM, G.DONE: S.GOODBYE},
        S.RESUME: _FORM,
        S.REVIEW: {**_FORM, G.SUBMITTED: S.SUBMITTED, G.KEPT: S.KEPT},
        S.SUBMITTED: {
            **_ALWAYS,
            **_TO_TICKET,
            G.HOME: S.HOME,
            G.DONE: S.GOODBYE,
            G.RATE: S.FEEDBACK,
        },
        S.STATUS: {**_WALK, G.ANSWERED: S.STATUS_ANSWER},
        S.STATUS_ANSWER: {**_WALK, G.DONE: S.GOODBYE, G.RATE: S.FEEDBACK},
        S.COMPLAIN: {**_WALK, G.RATE: S.FEEDBACK},
        S.FEEDBACK: {**_WALK, G.SENT: S.THANKS},
        S.THANKS: {**_ALWAYS, G.HOME: S.HOME, G.DONE: S.GOODBYE},
        S.HELP: {**_WALK, G.DONE: S.HOME},
        S.SOUND: {**_WALK, G.DONE: HistoryTarget.PREVIOUS},
        S.STAFF_CALLED: {**_WALK, G.DONE: HistoryTarget.PREVIOUS},
        S.STAFF_PIN: {
            **_ALWAYS,
            G.BACK: HistoryTarget.PREVIOUS,
            G.STAFF_IN: S.STAFF,
            G.CORRECT: S.REVIEW,
        },
        S.STAFF: {**_STAFF, G.REMEDY: S.REMEDY, G.DONE: S.ATTRACT},
        S.REMEDY: {**_STAFF, G.BACK: S.STAFF},
        S.UNAVAILABLE: {**_WALK, G.DONE: S.HOME, G.TICKET_WANTED: S.PRIORITY},
        S.GOODBYE: {G.DONE: S.ATTRACT, G.WIPED: S.ATTRACT, G.STAFF: S.STAFF_CALLED},
    }
)


class Idle(StrEnum):
    """What a screen does when nobody touches it."""

    NEVER = "never"  # it is where an idle kiosk rests
    WARN = "warn"  # ask first, count down, then wipe
    QUIET = "quiet"  # nothing of a person is on it: leave after a few seconds


QUIET_S: Final = MappingProxyType[State, float]({S.GOODBYE: 10.0, S.STAFF: 60.0, S.REMEDY: 60.0})
"""How long each quiet screen stays."""

IDLE: Final = MappingProxyType[State, Idle](
    {
        S.ATTRACT: Idle.NEVER,
        **dict.fromkeys(QUIET_S, Idle.QUIET),
        **{s: Idle.WARN for s in State if s not in {S.ATTRACT, *QUIET_S}},
    }
)


def step(state: State, signal: Signal, previous: State = State.HOME) -> State:
    """The state after `signal`; `previous` fills a cell that goes back. Raises `FlowBroken`."""
    try:
        target = FLOW[state][signal]
    except KeyError:
        raise FlowBroken(f"{state} has no cell for {signal}") from None
    return previous if isinstance(target, HistoryTarget) else target
