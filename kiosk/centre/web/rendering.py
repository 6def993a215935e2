"""Rendering: pages from templates and the pack's texts, with the headers every answer carries.

Templates escape everything. Nothing is loaded from elsewhere and no script or style stands in a
page (Content-Security-Policy); fonts and pictures are those of the content pack, so pages and
kiosk look alike. The language is the reader's own choice, kept in a cookie.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from content.i18n.strings import Strings
from kiosk.language import LANGUAGES, Translator
from kiosk.queue.rules import CentreRules
from provisioning.clock import EAT

LANGUAGE_COOKIE = "huduma_language"
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self';"
        " connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class PageContent:
    """What pages take from the content pack. `look`: fonts and icons by file name; `recordings`:
    pieces of calls by language and name; `icons`: characters of the icon font by name.
    """

    strings: Strings
    centre_name: str
    look: Mapping[str, Path] = field(default_factory=dict)
    recordings: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    icons: Mapping[str, str] = field(default_factory=dict)


def icon_characters(look: Mapping[str, Path], pictures: bytes) -> dict[str, str]:
    """The character of each icon: by its glyph's name and by the names of `icons.csv`."""
    if "icons.json" not in look:
        return {}
    points = json.loads(look["icons.json"].read_bytes())
    found = {name: chr(point) for name, point in points.items()}
    lines = pictures.decode().splitlines()[1:]
    aliases = (line.split(",")[:2] for line in lines if "," in line)
    return found | {key: found[glyph] for key, glyph in aliases if glyph in found}


class PageRenderer:
    """Renders the templates of one centre."""

    def __init__(self, content: PageContent, rules: CentreRules) -> None:
        self.content = content
        self.rules = rules
        self.version = _version()
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"clock": clock, "minutes": minutes, "share": share}
        self._environment.globals |= {
            "icon": self.icon,
            "icon_text": lambda name: content.icons.get(name, ""),
            "agency": self._agency,
            "service_name": self.service_name,
            "class_name": self.class_name,
            "class_icon": self._class_icon,
            "version": self.version,
            "centre_name": content.centre_name,
            "languages": LANGUAGES,
            "both": self._both,
        }

    def language(self, request: Request) -> str:
        """The reader's language: the cookie's, else English."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        return chosen if chosen in LANGUAGES else LANGUAGES[0]

    def translator(self, language: str) -> Translator:
        """The texts of `language`."""
        return Translator(self.content.strings, language)

    def page(
        self, request: Request, template: str, status: int = 200, /, **values: Any
    ) -> HTMLResponse:
        """The filled template in the reader's language."""
        language = self.language(request)
        say = self.translator(language).say
        text = self._environment.get_template(template).render(
            say=say, language=language, path=request.url.path, **values
        )
        return HTMLResponse(text, status, headers=dict(HEADERS))

    def icon(self, name: str) -> Markup:
        """A picture of the pack's icon font; nothing where the pack has none of that name."""
        character = self.content.icons.get(name, "")
        return Markup('<span class="icon" aria-hidden="true">{}</span>').format(character)

    def service_name(self, code: str, language: str) -> str:
        """The service's name, or its code."""
        rule = self.rules.services.get(code)
        return (rule.names.get(language) or rule.names.get("en") if rule else None) or code

    def class_name(self, key: str, language: str) -> str:
        """The priority class's name, or its key."""
        found = self.rules.classes.get(key)
        return found.title(language) if found else key

    def _class_icon(self, key: str) -> Markup:
        found = self.rules.classes.get(key)
        return self.icon(found.icon if found else "person")

    def _agency(self, code: str) -> Any:
        return self.rules.agencies.get(code)

    def _both(self, key: str, /, **values: object) -> Markup:
        """A text in both languages for the hall: Kiswahili first, English under it."""
        texts = [self.content.strings.text(key, each, **values) for each in ("sw", "en")]
        return Markup("{} <span lang='en'>{}</span>").format(*texts)


@pass_context
def clock(_context: Context, at: int | None) -> str:
    """Unix ms as local hours and minutes."""
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(EAT):%H:%M}"


def minutes(seconds: float | None) -> str:
    """A duration: "0 min", "1 h 05"."""
    if seconds is None:
        return "\N{EN DASH}"
    whole = int(seconds // 60)
    return f"{whole} min" if whole < 60 else f"{whole // 60} h {whole % 60:02d}"


def share(part: float | None) -> str:
    """A share in percent."""
    return "\N{EN DASH}" if part is None else f"{part:.0%}".replace("%", " %")


def _version() -> str:
    """Changes with any static file, so that a browser keeps each as long as it likes."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str, content: bytes) -> Response:
    """A file that never changes under its address."""
    kinds = {
        "css": "text/css", "js": "text/javascript", "otf": "font/otf", "ttf": "font/ttf",
        "wav": "audio/wav", "svg": "image/svg+xml",
    }  # fmt: skip
    headers = dict(HEADERS) | {"cache-control": "public, max-age=604800"}
    return Response(content, media_type=kinds[name.rpartition(".")[2]], headers=headers)
