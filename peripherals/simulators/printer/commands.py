"""What each ESC/POS command does to a simulated printer: styles, paper, answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from peripherals.simulators.printer.paper import LINE_DOTS, PICTURE, PaperStrip, Style, width_in
from peripherals.simulators.printer.printer_state import MachineState, Model
from peripherals.simulators.printer.responses import ResponseQueue
from peripherals.simulators.printer.tokenizer import PrinterToken

_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 16: "cp1252", 18: "cp852", 19: "cp858"}
_LEVELS = "LMQH"


class CommandExecutor:
    """Executes commands on the printer's paper."""

    def __init__(
        self,
        model: Model,
        body: MachineState,
        voice: ResponseQueue,
        *,
        unknown: list[bytes],
        on_cut: Callable[[PaperStrip], None],
    ) -> None:
        self.model, self._body, self._voice = model, body, voice
        self._unknown, self._on_cut = unknown, on_cut
        self.strip = PaperStrip(model.dots)
        self._logos: dict[bytes, Image.Image] = {}
        self.reset()

    def reset(self) -> None:
        """ESC @ or power on: styles as on the first day; the paper is what it is."""
        self._style = Style()
        self._line: list[tuple[str, Style]] = []
        self._code_size, self._code_level, self._code_payload = 3, 0, ""

    def forget_line(self) -> None:
        """The print buffer is cleared: a line without its end is never printed."""
        self._line = []

    def execute(self, token: PrinterToken) -> None:
        """One command."""
        self.strip.octets += len(token.octets)
        match token.kind:
            case "text":
                page = _PAGES.get(self._style.page, "cp437")
                self._line += [(char, self._style) for char in token.octets.decode(page, "replace")]
            case "control":
                self._control(token.octets[0])
            case "esc":
                self._escape(token)
            case "gs":
                self._group(token)
            case "unknown":
                self._unknown.append(token.octets)
            case _:
                pass

    def _control(self, octet: int) -> None:
        if octet == 0x0A:
            self._end_line()

    def _end_line(self) -> None:
        columns_dots = self.strip.dots
        line: list[tuple[str, Style]] = []
        used = 0
        for char, style in self._line:
            width = width_in(char, style)
            if used + width > columns_dots:
                self.strip.put_line(line)
                line, used = [], 0
            line.append((char, style))
            used += width
        self.strip.put_line(line)
        self._line = []

    def _escape(self, token: PrinterToken) -> None:
        name, value = chr(token.octets[1]), token.octets[2] if len(token.octets) > 2 else 0
        style = self._style
        match name:
            case "@":
                self.reset()
                self._voice.automatic = 0
            case "!":
                tall, wide = 2 if value & 0x10 else 1, 2 if value & 0x20 else 1
                bold, small = bool(value & 0x08), bool(value & 1)
                self._style = replace(style, bold=bold, small=small, wide=wide, high=tall)
            case "E" | "G":
                self._style = replace(style, bold=bool(value & 1))
            case "M":
                self._style = replace(style, small=bool(value & 1))
            case "a":
                self._style = replace(style, align=value % 48)
            case "t":
                self._style = replace(style, page=value)
            case "d":
                self._feed(value * LINE_DOTS)
            case "J":
                self._feed(value)
            case "*":
                self._bit_image(token.octets)
            case _:
                pass

    def _bit_image(self, octets: bytes) -> None:
        """ESC * m nL nH: dots in columns, top first, standing in the line like a character."""
        mode, columns, dots = octets[2], int.from_bytes(octets[3:5], "little"), octets[5:]
        high = 24 if mode in {32, 33} else 8
        across = Image.frombytes("1", (high, columns), bytes(octet ^ 0xFF for octet in dots))
        picture = across.transpose(Image.Transpose.TRANSPOSE)
        size = (columns * (1 if mode in {1, 33} else 2), 24)
        style = replace(self._style, picture=picture.resize(size, Image.Resampling.NEAREST))
        self._line.append((PICTURE, replace(style, wide=1, high=1, inverse=False)))

    def _feed(self, dots: int) -> None:
        if self._line:
            self._end_line()
        self.strip.feed(dots)

    def _group(self, token: PrinterToken) -> None:
        octets = token.octets
        name, value = chr(octets[1]), octets[2] if len(octets) > 2 else 0
        match name:
            case "!":
                self._style = replace(self._style, wide=(value >> 4) + 1, high=(value & 7) + 1)
            case "B":
                self._style = replace(self._style, inverse=bool(value & 1))
            case "V":
                self._cut()
            case "v":
                self._raster(octets)
            case "(":
                self._function(octets)
            case "e" if self.model.presenter:
                self._body.retracted += value == 2 and self._body.in_presenter
                self._body.in_presenter = False
            case _:
                self._answer(name, value)

    def _answer(self, name: str, value: int) -> None:
        """Commands that are questions; answered when the mechanics get to them."""
        body, voice, model = self._body, self._voice, self.model
        match name:
            case "r":
                paper = 0x0C if body.paper_out else 0x03 if body.near_end else 0
                voice.say(bytes((paper,)))
            case "I" if not model.name:
                self._line += [(chr(value), self._style)]
            case "I":
                text = model.name.encode() if value == 67 else b"EPSON"
                voice.say(b"\x5f" + text + b"\x00" if value >= 65 else b"\x20")
            case "g" if model.counter:
                voice.say(b"\x5f" + str(body.cuts).encode() + b"\x00")
            case "g":  # a machine that does not know it takes what follows for text
                self._line += [("2", self._style), ("\u2593", self._style)]
            case "a":
                voice.automatic = value
            case _:
                pass

    def _cut(self) -> None:
        if self._line:
            self._end_line()
        strip, self.strip = self.strip, PaperStrip(self.model.dots)
        self._on_cut(strip)

    def _raster(self, octets: bytes) -> None:
        across = int.from_bytes(octets[4:6], "little")
        rows = int.from_bytes(octets[6:8], "little")
        dots = bytes(octet ^ 0xFF for octet in octets[8:])
        picture = Image.frombytes("1", (across * 8, rows), dots)
        if octets[3] & 3:
            factor = (2 if octets[3] & 1 else 1, 2 if octets[3] & 2 else 1)
            picture = picture.resize((picture.width * factor[0], rows * factor[1]))
        self.strip.put_picture(picture, self._style.align)

    def _function(self, octets: bytes) -> None:
        """GS ( X pL pH ..."""
        kind, body = chr(octets[2]), octets[5:]
        if kind == "H" and body[:2] == b"00" and self.model.gsh:
            self._voice.say(b"\x37\x22" + body[2:6] + b"\x00", mark=True)
        elif kind == "k" and body[:1] == b"1":
            self._qr(body[1:])
        elif kind == "L":
            self._graphics(body)

    def _qr(self, body: bytes) -> None:
        match body[:1]:
            case b"C":
                self._code_size = body[1]
            case b"E":
                self._code_level = (body[1] - 48) % 4
            case b"P":
                self._code_payload = body[2:].decode("utf-8", "replace")
            case b"Q":
                size, payload = self._code_size, self._code_payload
                level = _LEVELS[self._code_level]
                self.strip.put_code(payload, level, size, self._style.align)
            case _:
                pass

    def _graphics(self, body: bytes) -> None:
        """NV graphics: define (function 67) and print (69)."""
        if body[1:2] == b"C":
            width = int.from_bytes(body[6:8], "little")
            height = int.from_bytes(body[8:10], "little")
            dots = bytes(octet ^ 0xFF for octet in body[11:])
            self._logos[body[3:5]] = Image.frombytes("1", (width, height), dots)
        elif body[1:2] == b"E" and body[2:4] in self._logos:
            self.strip.put_picture(self._logos[body[2:4]], self._style.align)
