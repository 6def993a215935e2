"""Samples of a form: consent, each look of a question, wrong answers, captures, the fullest pages.

The looks come from a form made for it (`SampleContent.looks`), whose questions are called like the
rows of `LOOK_FOR`; everything else from the forms of the content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from content.catalogue.model import FormAsset
from content.xforms.results import PageKind
from kiosk.filling.capture import CapturePhase, CaptureProgress, Capturing
from kiosk.filling.input_state import INVALID
from kiosk.visit.flow import State
from kiosk.visit.ports import SlipState
from kiosk.visit.sample import Build, Sample, SampleContent, ways_through

S = State
LOOKS = "looks"
WRONG = "-wrong"
FLOURISH = "[[[0.2,0.6],[0.24,0.35],[0.29,0.62],[0.33,0.4],[0.38,0.6],[0.45,0.5],[0.6,0.52]]]"
HOUSE = "[[[0.3,0.7],[0.3,0.3],[0.7,0.3],[0.7,0.7],[0.3,0.7]],[[0.25,0.3],[0.5,0.1],[0.75,0.3]]]"
LOST_ID = {
    "full_name": "Wanjikũ Njeri Kamau wa Mũthoni",
    "id_number": "12345678",
    "date_of_birth": "1990-03-27",
    "phone_number": "0712345678",
    "county": "KE-46",
    "sub_county": "Wajir East",
    "date_lost": "2026-11-20",
    "sign": "signature.png",
    "place_lost": "Between the Machakos bus stage and the market, on the way home in the evening",
}


def look(name: str, value: str = "") -> Build:
    """A question of the form of all looks, answered with `value`."""
    return lambda s: s.in_form(LOOKS, {name: value} if value else None).question(name)


def typing(name: str, text: str, problem: str = "") -> Build:
    """A field with `text` in it, and what is wrong with it."""
    return lambda s: s.in_form(LOOKS).question(name).typed(text, problem)


def turning(name: str, **parts: int) -> Build:
    """A date or a time on its wheels."""

    def build(sample: Sample) -> Sample:
        sample.in_form(LOOKS).question(name).filling.input.parts.update(parts)
        return sample

    return build


def drawn(name: str, strokes: str) -> Build:
    """A pad with a drawing."""

    def build(sample: Sample) -> Sample:
        sample.in_form(LOOKS).question(name).filling.input.attach(b"", "png", strokes)
        return sample

    return build


def captured(name: str, kind: str, phase: CapturePhase, seconds: int = 0) -> Build:
    """A camera or a microphone at work."""

    def build(sample: Sample) -> Sample:
        filling = sample.in_form(LOOKS).question(name).filling
        taken = CaptureProgress(phase, sample.content.photo, seconds)
        return sample.at(S.QUESTION, capture=Capturing(kind, filling.place, taken))

    return build


def searched(name: str, text: str) -> Build:
    """A long list, looked through by typing."""

    def build(sample: Sample) -> Sample:
        sample.in_form(LOOKS).question(name).filling.input.filter = text
        return sample

    return build


def town(sample: Sample) -> Sample:
    """A county was named: its town, or anywhere else in it."""
    sample.in_form(LOOKS).question("geopoint").filling.input.county = _county(sample)
    return sample


def known_place(sample: Sample) -> Sample:
    """A place was named, as exactly as its town is known."""
    latitude, longitude = sample.content.catalogue.geography.middle(_county(sample)) or (1.7, 40.0)
    value = f"{latitude} {longitude} 0 10000"
    return sample.in_form(LOOKS, {"geopoint": value}).question("geopoint")


def _county(sample: Sample) -> str:
    catalogue = sample.content.catalogue
    centre = catalogue.centre(sample.place.centre)
    return catalogue.county(centre.county).code


def two_fields_wrong(sample: Sample) -> Sample:
    """Two fields over the keyboard, one of them wrong."""
    together = sample.in_form(LOOKS, {"surname": "Kamau"}).question("surname").filling.page
    together.judge(INVALID)
    return sample


def six_lines_wrong(sample: Sample) -> Sample:
    """The fullest page: six lines, one answered, the others wrong."""
    answers = {"last_name": "Kamau", "gender": "intersex", "county": _county(sample), "ward": "B"}
    page = sample.in_form(LOOKS, answers).question("last_name").filling.page
    page.judge(INVALID)
    return sample


def review(sample: Sample, answers: Mapping[str, str]) -> Sample:
    """Every answer with its change button."""
    county = {"county": _county(sample)} if "county" in answers else {}
    return sample.in_form("lost_id", {**answers, **county}).at(S.REVIEW)


def repeat(sample: Sample) -> Sample:
    """Another parent? Two are there."""
    sample.in_form("lost_id")
    filling = sample.filling
    at = next(each for each in filling.steps() if each.kind is PageKind.REPEAT)
    for _row in range(2):
        filling.record.add(at.path)
    last = [each for each in filling.steps() if each.kind is PageKind.REPEAT][-1]
    filling.go(last.path, returning=False)
    return sample.at(S.REPEAT)


def row_to_remove(sample: Sample) -> Sample:
    """A parent added by mistake: shall this one be removed?"""
    repeat(sample)
    filling = sample.filling
    filling.add_row()
    filling.remove_row()
    return sample.at(S.QUESTION)


def corrigible(sample: Sample) -> Sample:
    """In a van: an officer may go back to the form just sent."""
    sample.in_form("lost_id").with_receipt(paper=SlipState.BLOCKED).beside(assisted=True)
    sample.session.sent, sample.session.filling = sample.session.filling, None
    return sample


SAMPLES: dict[str, Build] = {
    "forms": lambda s: s.at(S.FORMS),
    "consent": lambda s: s.at(S.CONSENT, form="lost_id"),
    "repeat": repeat,
    "review": lambda s: review(s, LOST_ID),
    "review-problem": lambda s: review(s, {"full_name": "Wanjikũ"}),
    "submitted": lambda s: s.with_receipt(),
    "submitted-no-paper": lambda s: s.with_receipt(paper=SlipState.BLOCKED),
    "submitted-in-a-van": corrigible,
    "question-text": typing("string", "Wanjikũ Nj"),
    "question-multiline": typing("textarea", "Nilingoja kwa saa tatu"),
    "question-number": typing("int", "34"),
    "question-decimal": typing("decimal", "12.5"),
    "question-phone": typing("string_phone", "0712345678"),
    "question-identity": typing("string_kra-pin", "A00123"),
    "question-scan": look("barcode"),
    "question-wrong": typing("string_phone", "07123", INVALID),
    "question-date": turning("date", day=27, month=9, year=1990),
    "question-date-empty": look("date"),
    "question-month": turning("date_month-year", month=9, year=1990),
    "question-year": turning("date_year", year=1990),
    "question-moment": turning("dateTime", day=27, month=9, year=2025, hour=8, minute=30),
    "question-time": turning("time", hour=8, minute=30),
    "question-range": look("range", "7"),
    "question-choose": look("select1", "too_long_wait"),
    "question-many": look("select", "too_long_wait wrong_info"),
    "question-likert": look("select1_likert", "good"),
    "question-rank": look("rank", "asked_bribe too_long_wait not_accessible"),
    "question-search": searched("select1_search", "Wa"),
    "question-list": look("select1_search"),
    "question-pictures": look("pictures", "male"),
    "question-note": look("note"),
    "question-stop": look("stop"),
    "question-agree": look("trigger", "OK"),
    "question-sign": drawn("image_signature", FLOURISH),
    "question-draw": drawn("image_draw", HOUSE),
    "question-group-fields": two_fields_wrong,
    "question-group": lambda s: s.in_form(LOOKS).question("last_name"),
    "question-group-lines": six_lines_wrong,
    "question-row": row_to_remove,
    "question-photo": look("image"),
    "question-photo-taken": captured("image", "photo", CapturePhase.READY),
    "question-photo-failed": captured("image", "photo", CapturePhase.FAILED),
    "question-audio": captured("audio", "audio", CapturePhase.RUNNING, 12),
    "question-audio-ready": captured("audio", "audio", CapturePhase.READY, 42),
    "question-place": lambda s: look("geopoint")(s).beside(position_known=True),
    "question-place-county": searched("geopoint", "wa"),
    "question-place-town": town,
    "question-place-known": known_place,
    "question-file": look("file"),
    "question-file-needed": look("file_needed"),
}


def every(content: SampleContent) -> Iterator[tuple[str, Build]]:
    """Each consent, each question of each form (as it opens, and answered badly), each review."""
    for asset in content.catalogue.forms():
        yield f"consent-{asset.id}", _consent(asset.id)
    for asset in (*content.catalogue.forms(), content.looks):
        yield from questions(content, asset)
        for number, answers in enumerate(ways_through(content, asset)):
            yield f"review-{asset.id}-{number}", _review(asset.id, answers)


def questions(content: SampleContent, asset: FormAsset) -> Iterator[tuple[str, Build]]:
    """Each question of a form once, also those that only some answers bring; fresh and wrong."""
    seen: set[str] = set()
    for answers in ways_through(content, asset):
        for path in _paths(content, asset, answers):
            if path not in seen:
                seen.add(path)
                name = f"question-{asset.id}{path.removeprefix('group:').removeprefix('/data')}"
                yield name, _question(asset.id, answers, path)
                yield name + WRONG, _wrong(asset.id, answers, path)


def _paths(content: SampleContent, asset: FormAsset, answers: Mapping[str, str]) -> list[str]:
    return [step.path for step in content.filling(asset, answers).steps()]


def _consent(form: str) -> Build:
    return lambda s: s.at(S.CONSENT, form=form)


def _question(form: str, answers: Mapping[str, str], path: str) -> Build:
    return lambda s: s.in_form(form, answers).question(path)


def _wrong(form: str, answers: Mapping[str, str], path: str) -> Build:
    """After "next" without a good answer: the problem stands on top and at the field."""

    def build(sample: Sample) -> Sample:
        filling = sample.in_form(form, answers).question(path).filling
        step = filling.step()
        if step is not None and step.kind is PageKind.GROUP:
            filling.page.judge(INVALID)
        elif step is not None and step.kind is PageKind.QUESTION:
            filling.input.problem = (
                INVALID if filling.input.question().message else "question.required"
            )
        return sample

    return build


def _review(form: str, answers: Mapping[str, str]) -> Build:
    return lambda s: s.in_form(form, answers).at(S.REVIEW)
