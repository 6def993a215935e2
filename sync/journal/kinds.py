"""Every kind of journal entry: who may read it, its fields, its meaning.

One row a kind. `append` asserts that a kind is listed and that its body has no other fields. Names
are `thing.past-participle`; a body holds no personal data in clear (what a citizen wrote is in the
sealed parts, which only an agency opens). To add a kind: one row here; a reader that does not know
a kind ignores it, so rows are never removed or reused.

Audience: `site` never leaves the centre; `national` is read by the national node; `agency` goes
to `agency:CODE` and its body is sealed to that agency before it is appended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AUDIENCES = ("site", "national", "agency")


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry: its audience, the fields its body may have, and what it says."""

    name: str
    audience: str
    fields: frozenset[str]
    meaning: str

    def admits(self, audience: str) -> bool:
        """Whether an entry of this kind may be written for `audience`."""
        if self.audience == "agency":
            return audience.startswith("agency:")
        return audience == self.audience


def _kind(name: str, audience: str, fields: str, meaning: str) -> EntryKind:
    assert audience in AUDIENCES
    return EntryKind(name, audience, frozenset(fields.split()), meaning)


_AT_COUNTER = "site day series number counter key who"

_ROWS = (
    # The node itself
    _kind("node.started", "national", "service version boot", "A service of the node started."),
    _kind(
        "node.restored",
        "national",
        "day number entries",
        "This database was put back from a copy of so many `entries` and began a new epoch; on"
        " `day` its own series goes on above `number`.",
    ),
    _kind("node.fault", "national", "service code text count", "A fault staff were shown."),
    _kind(
        "clock.moved",
        "national",
        "back_ms ahead_ms source believed",
        "The machine's clock was found wrong, or the time was corrected; `source` says who told,"
        " `believed` whether the time followed.",
    ),
    _kind(
        "stream.witnessed",
        "national",
        "node epoch no last mark",
        "A centre saw the national node acknowledge this stream of another node up to segment `no`,"
        " which ends at entry `last`.",
    ),
    _kind("setting.changed", "national", "setting value who", "Somebody changed a setting."),
    # A visit
    _kind("visit.started", "national", "site day language", "A citizen began."),
    _kind(
        "visit.ended",
        "national",
        "site day outcome language seconds",
        "A visit ended: finished, stopped, timed out or cut off; nothing of it is left here.",
    ),
    _kind(
        "ticket.issued",
        "national",
        "site day series number label service class rank agency source visit key issued_at"
        " ahead wait unit",
        "A citizen was told a number. `source`: centre, reserve or offline.",
    ),
    _kind(
        "ticket.granted",
        "site",
        "site day series number service class rank kiosk since key who ahead wait language"
        " appointment code",
        "The centre gave a kiosk a number for a visit, and quoted `ahead` and `wait` in minutes;"
        " `language`: its kiosk is to print the slip; `appointment`: when that was, Unix ms, and"
        " its `code`.",
    ),
    _kind(
        "ticket.arrived",
        "site",
        "site day series number service class rank kiosk since told_day twin granted",
        "A kiosk reported a number it told a citizen while the centre did not answer. `told_day`:"
        " the day it gave the number for, when that is another one; `twin`: so many others of the"
        " day were told that number before; `granted`: by a database that was lost.",
    ),
    _kind("block.granted", "site", "site day series first last to", "A reserve block was given."),
    _kind("block.held", "site", "site day first last", "This kiosk holds a reserve block."),
    _kind(
        "ticket.called",
        "national",
        "site day series number counter key why who rank share over",
        "Called to a counter; `over`: who of another class came earlier and was not called,"
        " `share`: how much of the target wait was used, in percent.",
    ),
    _kind("ticket.recalled", "national", _AT_COUNTER, "Called again."),
    _kind("ticket.came", "national", _AT_COUNTER, "The citizen stands at the counter."),
    _kind("ticket.started", "national", _AT_COUNTER, "The service began."),
    _kind("ticket.parked", "national", _AT_COUNTER, "Set aside to be called again later."),
    _kind("ticket.unparked", "national", _AT_COUNTER, "Called again after having been parked."),
    _kind(
        "ticket.transferred",
        "national",
        f"{_AT_COUNTER} service",
        "Sent on to another `service`; the arrival stays.",
    ),
    _kind(
        "ticket.extended",
        "national",
        f"{_AT_COUNTER} service",
        "Another `service` was added to the visit, to be called for after this one.",
    ),
    _kind(
        "ticket.served",
        "national",
        f"{_AT_COUNTER} service",
        "Completed; `service`: the one of the same visit that comes next.",
    ),
    _kind("ticket.no-show", "national", _AT_COUNTER, "Nobody came."),
    _kind(
        "ticket.undone",
        "national",
        f"{_AT_COUNTER} kind",
        "The last act at the counter, of `kind`, is taken back.",
    ),
    _kind(
        "ticket.returned",
        "national",
        "site day series number key who",
        "Who missed the call came back in time and stands in line as by the arrival.",
    ),
    _kind(
        "ticket.reclassed",
        "national",
        "site day series number key who class rank was why before after",
        "Staff gave or took a priority class; `before` and `after` are the people ahead.",
    ),
    _kind(
        "ticket.withdrawn", "national", "site day series number key who why", "Taken out by staff."
    ),
    _kind(
        "ticket.unserved",
        "national",
        "site day series number was",
        "Ended by the close of the day, in the state `was`.",
    ),
    _kind(
        "ticket.carried",
        "national",
        "site day series number",
        "Carried over into the next day with its arrival.",
    ),
    _kind("service.suspended", "national", "site day service why key who", "Not served for now."),
    _kind("service.resumed", "national", "site day service key who", "Served again."),
    _kind(
        "counter.set",
        "national",
        "site day counter state until key who",
        "A counter is open, on a break (`until`: Unix ms) or closed.",
    ),
    _kind(
        "appointment.booked",
        "site",
        "site day code service at class companions who",
        "Somebody is expected `at` (Unix ms) with so many companions; the code again: moved.",
    ),
    _kind(
        "centre.promoted",
        "site",
        "site term proof who",
        "This database is the centre's from now on, by a term that the centre's key signed.",
    ),
    _kind("centre.fenced", "site", "site term", "Another machine was promoted with this term."),
    _kind("day.opened", "national", "site day key who", "The centre's day began."),
    _kind(
        "day.closed",
        "national",
        "site day key who unserved carried open",
        "The centre's day ended: so many tickets unserved, carried over, or still at a counter.",
    ),
    _kind("ticket.cancelled", "national", "site day series number why", "Given up or void."),
    _kind(
        "staff.called",
        "site",
        "site state kiosk light centre sound",
        "A citizen asked for a person: at the kiosk with what worked (`light`, `sound`, word to"
        " `centre`), at the centre with the `kiosk`.",
    ),
    _kind(
        "access.granted",
        "site",
        "role name counter until",
        "Somebody may use the centre's pages or API; `name` is a staff number.",
    ),
    _kind("access.revoked", "site", "name", "That ended."),
    _kind("staff.entered", "national", "site", "The staff screen was opened with its PIN."),
    _kind("staff.refused", "national", "site wait_s", "A wrong PIN at the staff screen."),
    _kind(
        "staff.acted",
        "national",
        "site act what",
        "Staff did something there: `act` reprint, on-paper, test-slip or roll-changed, to the job"
        " or printer `what`.",
    ),
    _kind("feedback.given", "national", "site day kind face service words_sealed", "Five faces."),
    # Forms: sealed to the agency that owns them
    _kind(
        "capsule.opened",
        "agency",
        "capsule agency epoch kid day sealed",
        "A secret sealed under an agency's key, from which the next records are keyed.",
    ),
    _kind(
        "form.submitted",
        "agency",
        "capsule index sealed form version reference service agency replaces",
        "A form a citizen was told is saved; its content is in `sealed`. `replaces`: the subject"
        " of the form an officer corrected with this one.",
    ),
    _kind(
        "complaint.filed",
        "agency",
        "capsule index sealed kind reference agency",
        "Praise, idea, complaint or report of a bribe, in `sealed`.",
    ),
    _kind(
        "record.erased",
        "national",
        "site class through count",
        "Retention: the sealed content of a class (form, feedback), drafts nobody came back for, or"
        " answers of agencies were erased here; `through` is the last entry looked at.",
    ),
    # Paper
    _kind("print.queued", "site", "job kind subject", "A slip waits for the printer."),
    _kind("print.proven", "site", "job kind proof printer copy", "The printer proved the slip."),
    _kind("print.unknown", "site", "job kind cause printer copy", "Printed or not: nobody knows."),
    _kind("print.reprinted", "site", "job kind copy printer", "Printed again, marked as a copy."),
    _kind("print.failed_over", "site", "job kind printer from to", "Sent to the other printer."),
    _kind(
        "print.expired",
        "site",
        "job kind cause",
        "Not printed: too late, or (`power-cut`) words lost.",
    ),
    # Content
    _kind("content.installed", "national", "pack version previous", "A pack was put in use."),
)

KINDS: Mapping[str, EntryKind] = {each.name: each for each in _ROWS}
"""Kind by name."""

assert len(KINDS) == len(_ROWS), "a kind stands twice"
