"""A simulated AT modem with a network behind it that keeps every message it was given.

`sent` is what really reached the network, whatever the modem answered. Orders: `signal N`,
`network off|on`, `sim off|on`, `fail CODE` (the next message is refused), `stall` (the next
message is sent and never confirmed), `late S` (confirmed after S seconds), `noprompt` (the next
message gets no prompt), `deaf` (nothing is answered), `hear`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from peripherals.simulators import harness

_ESC, _CTRL_Z = 0x1B, 0x1A
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|", 101: "€"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """One part as the network got it: number, text, and (reference, parts, part) when joined."""

    number: str
    text: str
    joined: tuple[int, int, int] | None


def read_submit(pdu: bytes) -> Submitted:
    """Decode an SMS-SUBMIT (3GPP TS 23.040 section 9.2.2.2), service centre octet included."""
    at = 1 + pdu[0]
    first, digits = pdu[at], pdu[at + 2]
    at += 4
    octets = (digits + 1) // 2
    number = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in pdu[at : at + octets])
    at += octets
    scheme, length = pdu[at + 1], pdu[at + 3]
    body = pdu[at + 4 :]
    header = body[: body[0] + 1] if first & 0x40 else b""
    joined = (header[3], header[4], header[5]) if header[1:3] == b"\x00\x03" else None
    if scheme == 8:
        text = body[len(header) : length].decode("utf-16-be")
    else:
        text = _unpack(body, length, len(header))
    return Submitted("+" + number[:digits], text, joined)


def _unpack(body: bytes, septets: int, header: int) -> str:
    bits = int.from_bytes(body, "little")
    values = [bits >> (7 * i) & 0x7F for i in range(septets)][(header * 8 + 6) // 7 :]
    text, escaped = "", False
    for value in values:
        if value == 27 and not escaped:
            escaped = True
        else:
            text += _EXTENDED.get(value, " ") if escaped else _BASIC[value]
            escaped = False
    return text


class ModemSimulator:
    """Speaks TS 27.005 and 27.007, as far as a kiosk asks."""

    def __init__(self, answer_s: float = 0.01, network_s: float = 0.5) -> None:
        self.sent: list[Submitted] = []
        self.prompts = 0
        self.signal = 20
        self.registered = True
        self.sim = True
        self.deaf = False
        self.fault: str | None = None
        self.late_s = 0.0
        self._answer_s, self._network_s = answer_s, network_s
        self._out: list[tuple[float, bytes]] = []
        self._in = bytearray()
        self._prompt = False
        self._echo = True
        self._busy_until = 0.0
        self._reference = 0

    def heard(self, chunk: bytes, now: float) -> None:
        for byte in chunk:
            if byte == _ESC:
                self._in.clear()
                if self._prompt:
                    self._prompt = False
                    self._say("OK", now)
            elif self._prompt and byte == _CTRL_Z:
                self._prompt = False
                self._submit(bytes(self._in), now)
                self._in.clear()
            elif byte in b"\r\n" and not self._prompt:
                line = self._in.decode("ascii", "replace").strip()
                self._in.clear()
                if line:
                    self._command(line, now)
            else:
                self._in.append(byte)

    def due(self, now: float) -> bytes:
        ripe = b"".join(octets for at, octets in self._out if at <= now)
        self._out = [(at, octets) for at, octets in self._out if at > now]
        return b"" if self.deaf else ripe

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["signal", level] if level.isdigit():
                self.signal = int(level)
            case ["network", "on" | "off" as state]:
                self.registered = state == "on"
            case ["sim", "on" | "off" as state]:
                self.sim = state == "on"
            case ["fail", code] if code.isdigit():
                self.fault = code
            case ["stall" | "noprompt" as fault]:
                self.fault = fault
            case ["late", seconds]:
                self.fault, self.late_s = "late", float(seconds)
            case ["deaf" | "hear" as state]:
                self.deaf = state == "deaf"
            case _:
                return __doc__ or ""
        return ""

    def _say(self, line: str, now: float, wait_s: float | None = None) -> None:
        # A modem answers in order: nothing overtakes what it is still busy with.
        pause = self._answer_s if wait_s is None else wait_s
        self._busy_until = max(self._busy_until, now + pause)
        self._out.append((self._busy_until, f"\r\n{line}\r\n".encode("ascii")))

    def _command(self, line: str, now: float) -> None:
        if self._echo:
            self._out.append((now, line.encode("ascii", "replace") + b"\r"))
        if self.deaf:
            return
        if line.startswith("AT+CMGS="):
            self._prompted(now)
            return
        answers = {
            "AT+CPIN?": "+CPIN: READY" if self.sim else "",
            "AT+CREG?": f"+CREG: 0,{1 if self.registered else 2}",
            "AT+CSQ": f"+CSQ: {self.signal if self.registered else 99},0",
            "AT+CMEE?": "+CMEE: 1",
        }
        if line == "AT+CPIN?" and not self.sim:
            self._say("+CME ERROR: 10", now)
            return
        if line in answers:
            self._say(answers[line], now)
        elif line == "ATE0":
            self._echo = False
        self._say("OK", now)

    def _prompted(self, now: float) -> None:
        if self.fault == "noprompt":
            self.fault = None
            return
        self._prompt = True
        self.prompts += 1
        self._busy_until = max(self._busy_until, now + self._answer_s)
        self._out.append((self._busy_until, b"\r\n> "))

    def _submit(self, pdu: bytes, now: float) -> None:
        fault, self.fault = self.fault, None
        if fault is not None and fault.isdigit():
            self._say(f"+CMS ERROR: {fault}", now, self._network_s)
            return
        self.sent.append(read_submit(bytes.fromhex(pdu.decode("ascii"))))
        if fault == "stall":
            return
        self._reference = (self._reference + 1) % 256
        wait = self.late_s if fault == "late" else self._network_s
        self._say(f"+CMGS: {self._reference}", now, wait)
        self._say("OK", now)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    return harness.serve(ModemSimulator(), harness.open_port(arguments), arguments)
