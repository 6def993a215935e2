"""Socket server: the driver behind a Unix socket, for stories in another process.

One JSON object a line in, one a line out, one connection at a time:
`{"do":"tap","id":ID}`, `{"do":"type","text":T}`, `{"do":"clear"}` (rub the field out),
`{"do":"draw","id":ID,"points":[[x,y],...]}`,
`{"do":"key","code":N}`, `{"do":"picture","path":P}`, `{"do":"view"}`, `{"do":"wait","seconds":S}`
(virtual time of the screen only), `{"do":"end"}`. Answers carry `ok`, and `view` (number, state,
language, title, texts, elements) or `error`; `{"moved": true}` when a fresh process draws now: the
order is given again, on a new connection. Local only: the socket is made 0600.
"""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kiosk.ui.automation.driver import Driver
from provisioning.faults import Fault

LINE_MAX = 1_000_000
IDLE_S = 0.02
SEND_S = 5.0
MOVED = b'{"moved": true}\n'
"""Who does not take an answer for this long has hung up: the screen waits for nobody."""


class StopRequested(Exception):
    """The other side asked us to end."""


def seen(driver: Driver) -> dict[str, Any]:
    """What is on the screen, in words and ids."""
    view = driver.view
    if view is None:
        return {"number": 0, "state": "", "elements": []}
    texts = [view.title, view.subtitle, view.progress.text if view.progress else ""]
    for block in view.blocks:
        texts += [block.label, block.text, block.value if block.kind != "qr" else "", block.hint]
    for each in view.elements:
        texts += [each.label, each.value if not each.masked else "", each.hint, each.error]
    return {
        "number": view.number,
        "state": view.state,
        "language": view.language,
        "title": view.title,
        "texts": [text for text in texts if text],
        "elements": driver.elements(),
        "countdown": view.countdown,
    }


def act(driver: Driver, order: Any) -> None:
    """Do one order. Raises a Fault, or ValueError, KeyError or TypeError for one that makes no
    sense, or OSError for a picture that cannot be kept.
    """
    match order["do"]:
        case "tap":
            driver.tap(str(order["id"]))
        case "type":
            driver.type(str(order["text"]))
        case "clear":
            driver.clear()
        case "draw":
            driver.draw(str(order["id"]), [(float(x), float(y)) for x, y in order["points"]])
        case "key":
            driver.press_key(int(order["code"]))
        case "picture":
            driver.settle()
            driver.picture(Path(str(order["path"])))
        case "wait":
            driver.advance(float(order["seconds"]))
        case "view":
            driver.settle()
        case "end":
            raise StopRequested
        case other:
            raise ValueError(f"there is no order {other!r}")


def answer(driver: Driver, line: bytes) -> dict[str, Any]:
    """One line in, one answer out."""
    try:
        act(driver, json.loads(line))
    except Fault as fault:
        return {"ok": False, "error": fault.message, "view": seen(driver)}
    except (ValueError, KeyError, TypeError, OSError) as problem:
        return {"ok": False, "error": f"not an order: {problem}", "view": seen(driver)}
    return {"ok": True, "view": seen(driver)}


def serve(driver: Driver, path: Path, ready: Callable[[], None] = lambda: None) -> None:
    """Listen at `path` until told to end; between orders the screen keeps up with the core."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(1)
        ready()
        try:
            while not driver.replaced:
                if select.select([listener], [], [], IDLE_S)[0]:
                    link, _ = listener.accept()
                    link.settimeout(SEND_S)
                    with link, suppress(OSError):  # whoever hung up may come back
                        _converse(driver, link)
                driver.frames(1)
        except StopRequested:
            return
        finally:
            if not driver.replaced:  # else it is the next one's
                path.unlink(missing_ok=True)


def _converse(driver: Driver, link: socket.socket) -> None:
    pending = b""
    while not driver.replaced:
        if not select.select([link], [], [], IDLE_S)[0]:
            driver.frames(1)
            continue
        part = link.recv(65536)
        if not part:
            return
        pending += part
        if len(pending) > LINE_MAX:
            return
        *lines, pending = pending.split(b"\n")
        for line in lines:
            if line.strip():
                try:
                    reply = answer(driver, line)
                except StopRequested:
                    link.sendall(b'{"ok": true}\n')
                    raise
                link.sendall(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
    link.sendall(MOVED)  # what comes after it was not done: the fresh screen does it
