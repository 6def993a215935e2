"""`huduma centre` as a process: HTTPS that a tablet believes, the open port, its memory."""

from __future__ import annotations

import argparse
import http.client
import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.centre_pages import PagePlace
from provisioning.node.site import Site

HUDUMA = (sys.executable, "-m", "kiosk.cli")
RSS_MB = 80


def asked(**more: object) -> argparse.Namespace:
    told: dict[str, object] = {"http": None, "http_address": None, "hall": None, "http_name": []}
    return argparse.Namespace(**(told | more))


def test_pages_are_where_the_command_says_else_where_the_settings_do(site: Site) -> None:
    node = site.node("centre")
    assert PagePlace.of(asked(http=8080), node) == PagePlace("127.0.0.1", 8080, None, [])
    place = PagePlace.of(asked(http=8080, http_address="10.1.2.3", hall=80, http_name=["a"]), node)
    assert place == PagePlace("10.1.2.3", 8080, 80, ["a"])
    path = node.dir / "device.toml"
    section = 'pages_port = 8443\npages_names = "10.1.2.3 board"\nhall_port = 8080\n'
    path.write_text(path.read_text().replace("[queue]\n", f"[queue]\n{section}"))
    place = PagePlace.of(asked(), site.node("centre"))
    assert place == PagePlace("0.0.0.0", 8443, 8080, ["10.1.2.3", "board"])


@pytest.mark.prove
def test_a_tablet_with_the_authority_signs_in_and_the_open_port_shows_the_hall(
    site: Site, tmp_path: Path
) -> None:
    authority = tmp_path / "authority.pem"
    place = ("--site", str(site.dir))
    authority.write_bytes(subprocess.check_output([*HUDUMA, "centre", "certificate", *place]))
    listed = [*HUDUMA, "centre", "staff", *place, "--name", "S1", "--role", "supervisor"]
    pin = subprocess.check_output(listed, text=True).split()[1]
    words = ("--http", "0", "--http-address", "0.0.0.0", "--hall", "0", "--http-name", "board.test")
    command = [*HUDUMA, "centre", *place, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        told = "".join(served.stdout.readline() for _ in range(4))
        port = int(re.findall(r"https://board\.test:(\d+)/api", told)[0])
        open_port = int(re.findall(r"http://board\.test:(\d+)/display", told)[0])
        trusting = ssl.create_default_context(cafile=str(authority))
        plain = http.client.HTTPConnection("127.0.0.1", open_port, timeout=20)
        plain.request("GET", "/display")
        assert plain.getresponse().status == 200
        cookies, location = signed_in(trusting, port, pin)
        assert location == "/supervisor"
        assert all("Secure" in each and "SameSite=strict" in each for each in cookies)
        status = Path(f"/proc/{served.pid}/status").read_text()
        resident = int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024
        print(f"centre with HTTPS pages, one signed in: {resident:.0f} MB")
        assert resident <= RSS_MB
        served.send_signal(signal.SIGTERM)
        assert served.wait(10) in {0, -signal.SIGTERM}


def signed_in(trusting: ssl.SSLContext, port: int, pin: str) -> tuple[list[str], str]:
    """The cookies of a sign-in over HTTPS under the certificate's name, and where it leads."""
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
    line._tunnel_host = "board.test"  # type: ignore[attr-defined]  the name that is checked
    line._tunnel = lambda: None  # type: ignore[attr-defined,method-assign]
    line.request("GET", "/sign-in")
    page = line.getresponse()
    cookie = page.headers["set-cookie"]
    token = re.findall(r'name="form_token" value="(\w+)"', page.read().decode())[0]
    body = f"form_token={token}&name=S1&pin={pin}"
    line.request("POST", "/sign-in", body, {"cookie": cookie.partition(";")[0]})
    answer = line.getresponse()
    return [cookie, *(answer.headers.get_all("set-cookie") or [])], answer.headers["location"]
