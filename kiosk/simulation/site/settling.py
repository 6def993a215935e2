"""Settling: at the end of a story, what can still come to rest is given the time to do so.

A story may end with the network down or the printer empty, on purpose: then what waits, waits,
and the summary says so. Nothing is mended here.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.simulation.site.drain import NotDrained, drain, slips_waiting
from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault

SLIPS_S = 8.0


def settle_what_can(house: SiteRunner, told: Callable[[str], None]) -> None:
    """Wait for slips, then send everything when the lines are up."""
    try:
        house.wait_for(lambda: not any(slips_waiting(node) for node in house.nodes), SLIPS_S)
        slips = True
    except SiteRunnerFault:
        told("some slips wait for their printer")
        slips = False
    if not house.network_up:
        told("the network is down: batches wait")
        return
    try:
        drain(house, told, slips=slips)
    except NotDrained as fault:
        told(fault.message)
