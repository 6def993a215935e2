"""The fleet as a page for the operator, and as OpenMetrics for whatever collects figures. Pure.

The page needs no script and nothing from another host. Names come from certificates and from nodes;
both are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from jinja2 import Environment

from kiosk.fleet.fleet_report import FleetNode, FleetReport
from provisioning.clock import EAT

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

WORDS = {
    "en": {
        "title": "Kiosks and centres", "at": "As of", "silent": "silent", "revoked": "revoked",
        "fine": "in touch", "node": "Device", "site": "Place", "role": "Kind", "state": "State",
        "seen": "Last heard", "lag": "Delay", "entries": "Entries",
        "aside": "Set aside", "gaps": "Gaps", "never": "never", "other": "Kiswahili",
        "summary": "{silent} of {all} silent for more than a day, {aside} batches set aside",
        "answers": "Answers of agencies", "agency": "Agency", "newest": "Newest list",
        "refused": "Refused lists", "why": "Why", "quarantine": "Batches set aside", "none": "None",
    },
    "sw": {
        "title": "Vioski na vituo", "at": "Kufikia", "silent": "kimya", "revoked": "kimefutwa",
        "fine": "kinawasiliana", "node": "Kifaa", "site": "Mahali", "role": "Aina", "state": "Hali",
        "seen": "Kilisikika mwisho", "lag": "Kuchelewa", "entries": "Maingizo",
        "aside": "Zilizotengwa", "gaps": "Mapengo", "never": "bado",
        "other": "English", "summary": "{silent} kati ya {all} kimya kwa zaidi ya siku,"
        " mafungu {aside} yametengwa", "answers": "Majibu ya ofisi", "agency": "Ofisi",
        "newest": "Orodha ya karibuni", "refused": "Orodha zilizokataliwa", "why": "Sababu",
        "quarantine": "Mafungu yaliyotengwa", "none": "Hakuna",
    },
}  # fmt: skip

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="{{ lang }}">
<head><meta charset="utf-8"><title>{{ say.title }}</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 sans-serif;margin:1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}caption{text-align:left;font-weight:bold}
th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left}
td.n{text-align:right}.silent{background:#fde8e8}a{color:#0b4f8a}</style></head>
<body><main><h1>{{ say.title }}</h1>
<p>{{ say.at }} {{ at }} · <a href="?lang={{ other }}" lang="{{ other }}">{{ say.other }}</a></p>
<p><strong>{{ summary }}</strong></p>
<table><caption>{{ say.node }}</caption><thead><tr>
{% for key in columns %}<th scope="col">{{ say[key] }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr{% if row.silent %} class="silent"{% endif %}>
<th scope="row">{{ row.name }}</th><td>{{ row.site }}</td><td>{{ row.role }}</td>
<td>{{ row.state }}</td><td>{{ row.seen }}</td><td class="n">{{ row.lag }}</td>
<td class="n">{{ row.entries }}</td><td class="n">{{ row.aside }}</td>
<td class="n">{{ row.gaps }}</td></tr>
{% endfor %}</tbody></table>
<h2>{{ say.answers }}</h2>
{% if answers %}<table><thead><tr><th scope="col">{{ say.agency }}</th>
<th scope="col">{{ say.newest }}</th></tr></thead><tbody>
{% for agency, no in answers %}<tr><th scope="row">{{ agency }}</th><td class="n">{{ no }}</td></tr>
{% endfor %}</tbody></table>{% else %}<p>{{ say.none }}</p>{% endif %}
<h2>{{ say.refused }}</h2>
{% for each in refused %}<p>{{ each.agency }} {{ each.no }}: {{ each.why }} ({{ each.code }})</p>
{% else %}<p>{{ say.none }}</p>{% endfor %}
<h2>{{ say.quarantine }}</h2>
{% for each in quarantine %}<p>{{ each.stream.node }} {{ each.no }}: {{ each.why }}
({{ each.code }})</p>{% else %}<p>{{ say.none }}</p>{% endfor %}
</main></body></html>
""")
_COLUMNS = (
    "node", "site", "role", "state", "seen", "lag", "entries", "aside", "gaps"
)  # fmt: skip


def page(report: FleetReport, language: str) -> str:
    """The page, in English or Kiswahili."""
    lang = language if language in WORDS else "en"
    say = WORDS[lang]
    silent = sum(each.silent(report.at) for each in report.nodes.values())
    summary = say["summary"].format(
        silent=silent, all=len(report.nodes), aside=len(report.quarantine)
    )
    return _PAGE.render(
        lang=lang,
        other="en" if lang == "sw" else "sw",
        say=say,
        at=f"{report.at.astimezone(EAT):%d/%m/%Y %H:%M}",
        summary=summary,
        columns=_COLUMNS,
        rows=[_row(each, report, say) for each in report.ordered],
        answers=sorted(report.answers.items()),
        refused=report.answers_refused,
        quarantine=report.quarantine,
    )


def _row(node: FleetNode, report: FleetReport, say: dict[str, str]) -> dict[str, object]:
    silent = node.silent(report.at)
    state = "revoked" if node.revoked else "silent" if silent else "fine"
    seen = f"{node.seen.astimezone(EAT):%d/%m/%Y %H:%M}" if node.seen else say["never"]
    return {
        "name": node.name,
        "site": node.site,
        "role": node.role,
        "silent": silent,
        "state": say[state],
        "seen": seen,
        "lag": _duration(node.lag),
        "entries": node.entries,
        "aside": node.aside,
        "gaps": node.gaps,
    }


def _duration(lag: timedelta | None) -> str:
    if lag is None:
        return ""
    minutes = int(lag.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def metrics(report: FleetReport) -> str:
    """OpenMetrics 1.0 text."""
    lines: list[str] = []

    def gauge(name: str, what: str, rows: Sequence[tuple[str, float]]) -> None:
        lines.append(f"# TYPE huduma_{name} gauge")
        lines.append(f"# HELP huduma_{name} {what}")
        lines.extend(f"huduma_{name}{labels} {value:g}" for labels, value in rows)

    nodes = [(_labels(each), each) for each in report.ordered]
    seen = [(label, (report.at - each.seen).total_seconds()) for label, each in nodes if each.seen]
    lags = [(label, each.lag.total_seconds()) for label, each in nodes if each.lag is not None]
    gauge("silence_seconds", "Since something of a node arrived.", seen)
    gauge("lag_seconds", "From the newest entry to its arrival.", lags)
    silent = [(label, each.silent(report.at)) for label, each in nodes]
    gauge("silent", "1 for an enrolled node not heard for a day, or never.", silent)
    gauge("entries", "Entries stored of a node.", [(label, each.entries) for label, each in nodes])
    gauge("set_aside", "Batches set aside.", [(label, each.aside) for label, each in nodes])
    gauge(
        "gaps", "Streams shorter than a centre saw.", [(label, each.gaps) for label, each in nodes]
    )
    lists = [(f'{{agency="{_quoted(code)}"}}', no) for code, no in sorted(report.answers.items())]
    gauge("answer_list", "The newest list of answers of an agency.", lists)
    refused = [("", len(report.answers_refused))]
    gauge("answers_refused", "Lists of answers that were refused.", refused)
    return "\n".join([*lines, "# EOF", ""])


def _labels(node: FleetNode) -> str:
    pairs = {"node": node.name, "site": node.site, "role": node.role}
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in pairs.items()) + "}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
