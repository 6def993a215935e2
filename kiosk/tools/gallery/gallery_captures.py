"""The gallery's questions answered by a device or by staff: photo, sound, place, file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from kiosk.tools.gallery.gallery_parts import Parts, fact
from kiosk.tools.gallery.gallery_questions import question, text
from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import Block, BlockKind, KeyboardKind, Region, Role


def photo(w: GalleryWords) -> Parts:
    take = element("take", Role.TILE, w("capture.take_photo"), icon="photo_camera")
    return question(w, "photo", w("sign_here"), [take], blocks=[told(w("capture.photo_how"))])


def photo_taken(w: GalleryWords) -> Parts:
    ways = [
        element("take", Role.TILE, w("capture.retake"), icon="replay"),
        element("attach", Role.TILE, w("capture.use_photo"), icon="check"),
    ]
    told_ = told(w("capture.photo_ready", n=0), "good")
    return question(
        w, "photo", w("sign_here"), ways, blocks=[told_], look_data={"content": sample_photo()}
    )


def audio(w: GalleryWords) -> Parts:
    stop = element("stop-recording", Role.TILE, w("capture.stop"), icon="stop_circle")
    blocks = [told(w("capture.audio_running", n=12))]
    return question(w, "audio", w("fb_what_happened"), [stop], blocks=blocks)


def place(w: GalleryWords) -> Parts:
    ways = [
        element("here", Role.TILE, w("capture.place_here"), icon="my_location"),
        element("pick-county", Role.TILE, w("capture.place_county"), icon="map"),
    ]
    return question(w, "place", w("landmark"), ways)


def told(words: str, tone: str = "info") -> Block:
    return Block(kind=BlockKind.NOTICE, text=words, tone=tone, icon="info")


@cache
def sample_photo() -> bytes:
    """A drawn head and shoulders; nobody is photographed for a gallery."""
    image = Image.new("RGB", (640, 480), (205, 210, 215))
    draw = ImageDraw.Draw(image)
    draw.ellipse((250, 90, 390, 270), fill=(120, 100, 90))
    draw.ellipse((170, 290, 470, 640), fill=(90, 110, 140))
    octets = BytesIO()
    image.save(octets, "JPEG", quality=80)
    return octets.getvalue()


def audio_ready(w: GalleryWords) -> Parts:
    ways = [
        element("record", Role.TILE, w("capture.record_again"), icon="replay"),
        element("attach", Role.TILE, w("capture.use_recording"), icon="check"),
    ]
    blocks = [told(w("capture.audio_ready", n=42), "good")]
    return question(w, "audio", w("fb_what_happened"), ways, blocks=blocks)


def county(w: GalleryWords) -> Parts:
    """No receiver: which county, by typing."""
    field = element("filter", Role.FIELD, w("capture.place_which"), value="wa", icon="search")
    found = [
        element(f"county.{code}", Role.CHOICE, name, icon="map")
        for code, name in (("002", "Kwale"), ("028", "Elgeyo-Marakwet"), ("008", "Wajir"))
    ]
    return question(w, "search", w("landmark"), [field, *found], keyboard=KeyboardKind.TEXT)


def town(w: GalleryWords) -> Parts:
    """Then its town, or anywhere else in it, each with how rough that is."""
    ways = [
        element("near.028", Role.TILE, w("capture.place_near", place="Iten"), icon="location_on",
                hint=w("capture.place_rough", km=10)),
        element("within.028", Role.TILE, w("capture.place_within", county="Elgeyo-Marakwet"),
                icon="map",
                hint=w("capture.place_rough", km=65)),
        element("pick-county", Role.TILE, w("capture.place_other"), icon="replay"),
    ]  # fmt: skip
    return question(w, "place", w("landmark"), ways, blocks=[text(w("capture.place_rough_first"))])


def placed(w: GalleryWords) -> Parts:
    change = element("remove", Role.TILE, w("capture.place_change"), icon="edit")
    about = w("capture.place_about", place="Wajir")
    known = fact(about, w("capture.place_rough", km=10), "location_on")
    return question(w, "place", w("landmark"), [change], blocks=[known])


def file_optional(w: GalleryWords) -> Parts:
    return question(w, "attach", w("receipt"), [], blocks=[told(w("capture.attach_how"))])


def file_needed(w: GalleryWords) -> Parts:
    """A required file that no kiosk can take: the answers wait, and there is a ticket."""
    needed = Block(
        kind=BlockKind.NOTICE, text=w("capture.attach_needed"), tone="warn", icon="support_agent"
    )
    found = question(w, "attach", w("receipt"), [], blocks=[needed], skip=False)
    ways = [
        element("keep", Role.BUTTON, w("question.keep"), icon="save", place=Region.ACTIONS),
        element("desk", Role.BUTTON, w("submitted.take_ticket"), icon="ticket",
                place=Region.ACTIONS, primary=True),
    ]  # fmt: skip
    return {**found, "elements": ways}


CAPTURES: dict[str, Callable[[GalleryWords], Parts]] = {
    "question-photo": photo,
    "question-photo-taken": photo_taken,
    "question-audio": audio,
    "question-audio-ready": audio_ready,
    "question-place": place,
    "question-place-county": county,
    "question-place-town": town,
    "question-place-known": placed,
    "question-file": file_optional,
    "question-file-needed": file_needed,
}
