"""The forms bench: builders every forms test uses; no I/O, a fixed moment, seeded ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from content.xforms.lists.choice_tables import ChoiceTables
from content.xforms.parse.form import Form
from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from provisioning.clock import EAT
from provisioning.ids import SeededIds

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=EAT)
HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"'
    ' xmlns:odk="http://www.opendatakit.org/xforms"'
    ' xmlns:entities="http://www.opendatakit.org/xforms/entities">'
)


def bind(path: str, **attributes: str) -> str:
    """A bind; `jr_` and `entities_` at the start of a name become prefixes."""
    words = []
    for given, value in attributes.items():
        prefixed = given.startswith(("jr_", "entities_"))
        name = given.replace("_", ":", 1) if prefixed else given
        words.append(f'{name}="{escape(value, {chr(34): "&quot;"})}"')
    return f'<bind nodeset="{path}" {" ".join(words)}/>'


def xform(record: str, model: str = "", body: str = "", title: str = "Test") -> bytes:
    """An XForm with `record` inside `<data>`; a control is made for nothing by itself."""
    return (
        f"{HEAD}<h:head><h:title>{title}</h:title><model><instance>"
        f'<data id="test" version="7">{record}</data></instance>{model}</model></h:head>'
        f"<h:body>{body}</h:body></h:html>"
    ).encode()


def inputs(*names: str) -> str:
    """Plain questions."""
    return "".join(f'<input ref="/data/{n}"><label>{n}</label></input>' for n in names)


def open_form(
    xml: bytes,
    media: Mapping[str, bytes] | None = None,
    *,
    tables: ChoiceTables | None = None,
    now: datetime = NOON,
    seed: int = 1,
    preload: Mapping[str, str] | None = None,
) -> FormSession:
    """A session of `xml` at noon in Nairobi."""
    form = parse_form(xml, media, tables=tables)
    return session_of(form, now=now, seed=seed, preload=preload)


def session_of(
    form: Form,
    *,
    now: datetime = NOON,
    seed: int = 1,
    preload: Mapping[str, str] | None = None,
) -> FormSession:
    return FormSession(
        form, now=lambda: now, tz=EAT, ids=SeededIds(seed), seed=seed, preload=preload
    )


def value(session: FormSession, path: str) -> str:
    return session.node(path).value
