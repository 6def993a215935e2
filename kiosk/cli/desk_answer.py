"""`huduma desk answer`: say how far a case is, signed by the agency's key."""

from __future__ import annotations

import argparse
import json
from contextlib import closing

from kiosk.case_reference import read_reference
from kiosk.cli.arguments import add_json, add_site
from kiosk.cli.national import national_node
from provisioning.clock import SystemClock
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.case_answer import REASONS, UNNAMED, CaseAnswer, CaseState
from sync.national.gateway_service import database_url
from sync.national.open_store import open_database
from sync.national.store import NationalStore


def add_arguments(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The sub-verb `answer` of `huduma desk`."""
    verb = verbs.add_parser("answer", help="say how far a case is")
    add_site(verb)
    verb.add_argument("--agency", required=True, metavar="CODE", help="the agency")
    verb.add_argument("--reference", required=True, metavar="REF", help="as on the slip")
    verb.add_argument("--state", required=True, choices=[each.value for each in CaseState])
    verb.add_argument("--reason", default="", metavar="KEY", help=", ".join((*REASONS, UNNAMED)))
    verb.add_argument("--factor", default="", metavar="DIGITS", help="what the citizen must know")
    verb.add_argument("--database", metavar="URL", help="the national store; not as set")
    add_json(verb)


def run_answer(arguments: argparse.Namespace) -> int:
    """Give one answer; 0, also when the same was said before. Raises `UsageFault`."""
    site, agency = Site.open(arguments.site), arguments.agency
    state, reason = CaseState(arguments.state), arguments.reason
    if state is CaseState.MORE and not reason:
        reason = UNNAMED
    factor = arguments.factor
    if factor and not (factor.isascii() and factor.isdigit() and 4 <= len(factor) <= 8):
        raise UsageFault("A second factor is 4 to 8 digits, such as the last of a phone number.")
    answer = CaseAnswer(state, reason)
    clock = SystemClock()
    url = database_url(national_node(site), arguments.database)
    with closing(open_database(url, SystemIds(clock))) as store:
        reference = known_reference(store, agency, arguments.reference)
        answers = store.answers(site.registry.answer_signer)
        desk = AnswerDesk(agency, site.answer_key(agency), answers)
        given = desk.give([GivenAnswer(reference, answer, factor)], clock.now())
    told = {
        "reference": reference,
        "state": state.value,
        "reason": reason,
        "list": given.no if given else None,
        "changed": given is not None,
    }
    if arguments.json:
        print(json.dumps(told))
    else:
        print(f"{reference}  {state}  {reason}".rstrip() + ("" if given else "  (said before)"))
    return 0


def known_reference(store: NationalStore, agency: str, typed: str) -> str:
    """`typed` as it stands on a slip; raises `UsageFault` unless a form of `agency` has it."""
    reference = read_reference(typed)
    if reference is None:
        raise UsageFault(f"{typed} is no reference: a character is wrong or missing.")
    bodies = (each.body for each in store.entries_for(f"agency:{agency}"))
    if not any(body.get("reference") == reference for body in bodies):
        msg = f"Nothing with the reference {reference} has arrived for {agency}; see desk list."
        raise UsageFault(msg)
    return reference
