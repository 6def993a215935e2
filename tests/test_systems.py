"""Debian 12 and 13 from nothing: both commands of the README run on a bare system.

A minimal system is made with debootstrap, gets `make` and a clone of the last commit, and then runs
`make test` and `make run` without a display, in mount and process namespaces of its own, so that
nothing stays behind. The clone stands in `out/systems`, with a log beside it; a system that passed
is removed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.prove, pytest.mark.systems]
ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "out/systems"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

INSIDE = """
set -e
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -t devpts -o newinstance,ptmxmode=0666 devpts {root}/dev/pts
mount -t tmpfs tmpfs {root}/dev/shm
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root {trust} \\
    chroot {root} sh -c 'cd /root/huduma && {command}'
"""


class BareSystem:
    """A Debian of `suite` under `root`; `run` runs a command in it and notes how long it took."""

    def __init__(self, suite: str) -> None:
        self.root = PLACE / suite
        self.log = PLACE / f"{suite}.log"
        self.seconds: dict[str, float] = {}
        shutil.rmtree(self.root, ignore_errors=True)
        PLACE.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")

    def make(self, suite: str) -> None:
        self._outside("debootstrap", "--variant=minbase", suite, str(self.root))
        self._outside("git", "clone", "--no-hardlinks", str(ROOT), str(self.root / "root/huduma"))
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        if CERTIFICATES.exists():  # it trusts whom this machine trusts
            shutil.copy(CERTIFICATES, self.root / "root/trusted.crt")
        self.run("apt-get -qq update && apt-get -qq install -y --no-install-recommends make")

    def run(self, command: str) -> None:
        trust = "PIP_CERT=/root/trusted.crt" if CERTIFICATES.exists() else ""
        script = INSIDE.format(root=self.root, trust=trust, command=command)
        own = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
        began = time.monotonic()
        self._outside(*own, "sh", "-c", script)
        self.seconds[command] = time.monotonic() - began

    def _outside(self, *command: str) -> None:
        with self.log.open("a") as log:
            done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
        assert done.returncode == 0, (
            f"{command[0]} ended with {done.returncode}; {self.log}\n{tail}"
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
@pytest.mark.skipif(shutil.which("debootstrap") is None, reason="debootstrap is not installed")
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_both_commands_run_on_a_bare_debian(suite: str) -> None:
    system = BareSystem(suite)
    system.make(suite)
    for command in ("make setup", "make test", "make run"):
        system.run(command)
    for command in ("make setup", "make test", "make run"):
        print(f"{suite}: {command} took {system.seconds[command]:.0f} s")
    shutil.rmtree(system.root)
