"""Describe: one entry of the catalogue as a plain object, for `huduma content show --json`.

Every researched value comes with its status and with whether a screen adds "confirm at the desk".
"""

from __future__ import annotations

from datetime import date

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import (
    Agency,
    Centre,
    FormAsset,
    ResearchedValue,
    Service,
    TranslatedText,
)
from content.faults import NotInPack


def described(catalogue: Catalogue, code: str, day: date) -> dict[str, object]:
    """The service, form, agency or centre called `code`, fees as of `day`; raises `NotInPack`."""
    looks = (catalogue.service, catalogue.form, catalogue.agency, catalogue.centre)
    for look in looks:
        try:
            found: object = look(code)
        except NotInPack:
            continue
        match found:
            case Service():
                return _service(catalogue, found, day)
            case FormAsset():
                return _form(found)
            case Agency():
                return _agency(catalogue, found)
            case Centre():
                return _centre(catalogue, found, day)
    raise NotInPack(f"The content pack has no service, form, agency or centre {code!r}.")


def _stated(stated: ResearchedValue[object], value: object) -> dict[str, object]:
    shown = value if stated.known else None
    return {"value": shown, "status": stated.status, "confirm": stated.confirm}


def _words(words: TranslatedText) -> dict[str, str]:
    return dict(words.texts)


def _service(catalogue: Catalogue, service: Service, day: date) -> dict[str, object]:
    fee = catalogue.fee(service, day)
    rule = catalogue.fees.rule(service, day)
    needs = [
        {"key": each.key, "icon": each.icon} | _words(each.names)
        for each in catalogue.requirements(service)
    ]
    turnaround = service.turnaround.value
    return {
        "kind": "service",
        "code": service.code,
        "title": _words(service.names),
        "agency": service.agency,
        "category": service.category,
        "requirements": _stated(service.requirements, needs),
        "fee_kes": _stated(fee, fee.value),
        "fee_note": _words(service.fee_note) if service.fee_note else None,
        "fee_rule": rule.basis if rule else None,
        "fee_day": day.isoformat(),
        "turnaround": _stated(service.turnaround, _words(turnaround) if turnaround else None),
        "sla_days": service.sla_days,
        "channels": list(service.channels),
        "forms": [form.id for form in catalogue.forms_for(service)],
        "sources": list(service.sources),
        "as_of": service.as_of,
        "county": service.county,
    }


def _form(form: FormAsset) -> dict[str, object]:
    return {
        "kind": "form",
        "id": form.id,
        "version": form.version,
        "title": dict(form.title),
        "service": form.service,
        "agency": form.agency,
        "questions": form.questions,
        "media": sorted(form.media),
        "bytes": len(form.xml),
    }


def _agency(catalogue: Catalogue, agency: Agency) -> dict[str, object]:
    return {
        "kind": "agency",
        "code": agency.code,
        "title": _words(agency.names),
        "colour": agency.colour,
        "icon": agency.icon,
        "services": [service.code for service in catalogue.services(agency=agency.code)],
    }


def _centre(catalogue: Catalogue, centre: Centre, day: date) -> dict[str, object]:
    today = catalogue.opening_hours.day(centre, day)
    return {
        "kind": "centre",
        "id": centre.id,
        "name": centre.name,
        "county": catalogue.county(centre.county).name,
        "town": centre.town,
        "serving": centre.serving,
        "hours": centre.hours,
        "status": centre.status,
        "day": day.isoformat(),
        "open": today.opens is not None,
        "holiday": _words(today.holiday.names) if today.holiday else None,
        "confirm": today.confirm,
    }
