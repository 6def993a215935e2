"""`huduma doctor`: one line per check and what to do; the exit code is the first failure's.

Of a workbench it tells of each planned device, of a device that is not enrolled the next step.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
from dataclasses import asdict

from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.doctor.enrolment_checks import next_step, workbench_checks
from provisioning.doctor.runner import Check, Finding, examine, exit_code, from_fault
from provisioning.enrolment.workbench import Workbench
from provisioning.faults import Fault
from provisioning.node.site import Node, Site

# Modules with `checks(node) -> list[Check]`, in the order they are run; one row a package.
CHECKS = (
    "provisioning.doctor.checks",
    "sync.service.store_checks",
    "sync.service.doctor_checks",
    "peripherals.service.doctor_checks",
    "content.catalogue.doctor_checks",
    "kiosk.centre.service.doctor_checks",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which node, and how to print."""
    add_site(parser)
    add_node(parser, required=False, what="one node; without it, every node")
    add_json(parser, what="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Examine; 0, or the code of the first failed check."""
    site = Site.open(arguments.site)
    names = [arguments.node] if arguments.node else list(site.entries)
    found = {name: _examine(site, name) for name in names}
    if arguments.json:
        report = [
            {"node": name, "ok": exit_code(each) == 0, "checks": [asdict(one) for one in each]}
            for name, each in found.items()
        ]
        print(json.dumps(report[0] if arguments.node else report, indent=2))
    else:
        for name, findings in found.items():
            _print(name, findings)
    return exit_code(one for each in found.values() for one in each)


def _examine(site: Site, name: str) -> list[Finding]:
    if site.workbench and name in site.entries:
        return examine(workbench_checks(Workbench(site), name))
    try:
        node = site.node(name)
        # Before a device is enrolled, everything else would only say so in other words.
        modules = CHECKS if next_step(node) is None else CHECKS[:1]
    except Fault as fault:
        return [from_fault("settings", fault)]  # nothing else can be known without them
    return examine(check for module in modules for check in _checks(module, node))


def _checks(module: str, node: Node) -> list[Check]:
    if importlib.util.find_spec(module) is None:
        return []
    found: list[Check] = importlib.import_module(module).checks(node)
    return found


def _print(name: str, findings: list[Finding]) -> None:
    for each in findings:
        if each.ok:
            print(f"ok     {name:<10} {each.name:<12} {each.text}")
        else:
            print(f"FAULT  {name:<10} {each.name:<12} {each.text}")
            print(f"       {'':<10} {'':<12} do: {each.remedy} (code {each.code})")
