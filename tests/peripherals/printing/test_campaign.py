"""Faults on half of the slips: nothing lost, nothing doubled in silence, nothing claimed early.

The short campaigns run always; the long ones with `make prove`, which also prints what the price
in marked copies is by kind of fault, before and after asking again with a fresh process id.
"""

from __future__ import annotations

import pytest

from peripherals.printing.protocol_port import Proof
from tests.peripherals.printing.campaign import Campaign, Report

FENCE = {"proof": Proof.FENCE, "counter": False, "clear": False}
SHORT = {
    "process-id": ({}, 60),
    "process-id on the network": ({"serial": False, "counter": False}, 40),
    "fence": (FENCE, 60),
    "counter": ({"proof": Proof.COUNTER}, 30),
}
KEPT_VOICE = ("paper", "cover", "power-kept")
"""Faults in which the printer keeps its data and its voice: no copy is ever needed."""


def play(seed: int, jobs: int, **options: object) -> Report:
    campaign = Campaign(seed, **options)
    try:
        return campaign.run(jobs)
    finally:
        campaign.close()


@pytest.mark.parametrize("name", SHORT)
def test_a_short_campaign_is_clean(name):
    options, jobs = SHORT[name]
    report = play(11, jobs, **options)
    assert report.clean, report.lines()
    assert sum(report.faults.values()) > jobs // 3


def test_no_copy_where_the_printer_keeps_its_data_and_its_voice():
    report = play(12, 40, faults=KEPT_VOICE, counter=False)
    assert report.clean, report.lines()
    assert not report.extra


def test_a_naive_host_would_fail_this_campaign():
    """The campaign can fail: without minding silence, a serial printer's power cut loses slips."""
    campaign = Campaign(7, faults=("power-dark",), density=1.0, counter=False)
    campaign.cable.wait(0)
    from peripherals.printing.worker.printer_session import PrinterSession

    kept = PrinterSession.mind_silence
    PrinterSession.mind_silence = lambda self: setattr(self.client, "voice_broken", False) or False
    try:
        report = campaign.run(40)
    finally:
        PrinterSession.mind_silence = kept
        campaign.close()
    assert not report.clean


@pytest.mark.prove
@pytest.mark.parametrize("proof", ["process-id", "fence", "network", "counter"])
def test_two_thousand_slips(proof, capsys):
    options = {
        "process-id": {},
        "fence": FENCE,
        "network": {"serial": False, "counter": False},
        "counter": {"proof": Proof.COUNTER},
    }[proof]
    reports = [play(seed, 500, **options) for seed in (101, 102, 103, 104)]
    with capsys.disabled():
        for report in reports:
            print(f"\n  {proof}: {report.lines()}")
    assert all(report.clean for report in reports)


@pytest.mark.prove
@pytest.mark.parametrize("counter", [True, False])
def test_no_copy_is_ever_needed_where_the_printer_keeps_its_data_and_its_voice(counter, capsys):
    reports = [play(seed, 500, faults=KEPT_VOICE, counter=counter) for seed in (301, 302)]
    with capsys.disabled():
        for report in reports:
            print(f"\n  kept, count of cuts {counter}: {report.lines()}")
    assert all(report.clean for report in reports)
    assert sum(sum(report.extra.values()) for report in reports) == 0


@pytest.mark.prove
def test_asking_again_spares_copies(capsys):
    """The figures before and after the probe, and with the count of cuts behind it."""
    ways = {
        "repeat at once": {"counter": False, "ask_again": False},
        "ask again": {"counter": False},
        "ask again, then count cuts": {},
    }
    totals = {}
    for way, options in ways.items():
        reports = [play(seed, 500, **options) for seed in (201, 202)]
        assert all(report.clean for report in reports)
        extra = sum((report.extra for report in reports), start=reports[0].extra.__class__())
        totals[way] = sum(extra.values())
        with capsys.disabled():
            print(f"\n  {way}: {totals[way]} extra marked copies of 1000 slips {dict(extra)}")
    assert totals["ask again, then count cuts"] < totals["ask again"] < totals["repeat at once"]
