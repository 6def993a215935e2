"""Question kinds: how each kind of question of the starter forms is written in XLSForm.

The rules of input are defined here once: names take no digits, ID and phone numbers are texts (a
number would lose its leading zero), dates are compared with today, every refusal says what to type
and gives an example. Patterns are anchored at both ends. `mask` and `kind` become `huduma:`
attributes of the control:

`huduma:icon`  the picture beside the question (a name of the pack's icon list)
`huduma:mask`  shown masked once answered: `id` or `phone`
`huduma:kind`  what the text is, so that a screen can group digits and forgive spaces
               (`content/i18n/kenyan_formats.py` has the normaliser of each kind)
`huduma:stop`  a note at which the form ends without a submission
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_DAYS = "number(format-date(today(), '%Y%m%d')) - number(format-date(., '%Y%m%d'))"
_PHONE = r"regex(translate(., ' -', ''), '^(\+?254|0)(7[0-9]{8}|1[01][0-9]{7})$')"
_EMAIL = r"regex(., '^[^@ ]+@[^@ ]+\.[A-Za-z]{2,}$')"
_POSTAL = r"regex(., '^P\.? ?O\.? ?Box .{3,80}$')"


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """XLSForm columns of a kind; `message` and `hint` are (English, Kiswahili)."""

    type: str
    appearance: str = ""
    constraint: str = ""
    message: tuple[str, str] = ("", "")
    hint: tuple[str, str] = ("", "")
    mask: str = ""
    tag: str = ""
    list_name: str = ""
    choice_filter: str = ""
    parameters: str = ""


_PAST = (
    "The date must be today or earlier, for example 27/03/1990",
    "Tarehe iwe leo au iliyopita, kwa mfano 27/03/1990",
)
_DATE_HINT = ("For example: 27 3 1990", "Kwa mfano: 27 3 1990")

KINDS: Mapping[str, QuestionKind] = {
    "name": QuestionKind(
        "text",
        constraint="regex(., '^[^0-9]{2,80}$')",
        message=(
            "Write the name in letters, for example Amina Wanjiku Otieno",
            "Andika jina kwa herufi, kwa mfano Amina Wanjiku Otieno",
        ),
        tag="name",
    ),
    "text": QuestionKind(
        "text",
        constraint="string-length(.) <= 120",
        message=("Use fewer words, at most 120 letters", "Tumia maneno machache, herufi 120 pekee"),
    ),
    "long_text": QuestionKind(
        "text",
        appearance="multiline",
        constraint="string-length(.) <= 1000",
        message=(
            "Use fewer words, at most 1,000 letters",
            "Tumia maneno machache, herufi 1,000 pekee",
        ),
    ),
    "national_id": QuestionKind(
        "text",
        appearance="national-id numbers",
        constraint="regex(., '^[0-9]{7,9}$')",
        message=(
            "The ID number must be 7 or 8 digits, for example 12345678",
            "Nambari ya kitambulisho iwe na tarakimu 7 au 8, kwa mfano 12345678",
        ),
        hint=(
            "7 or 8 digits on the ID card, for example: 12345678",
            "Tarakimu 7 au 8 zilizo kwenye kitambulisho, kwa mfano: 12345678",
        ),
        mask="id",
        tag="national_id",
    ),
    "id_or_passport": QuestionKind(
        "text",
        appearance="id",
        constraint="regex(., '^[A-Za-z]{0,2}[0-9]{6,9}$')",
        message=(
            "Write an ID or passport number, for example 12345678 or AK1234567",
            "Andika nambari ya kitambulisho au pasipoti, kwa mfano 12345678 au AK1234567",
        ),
        hint=(
            "You may skip this, for example: 12345678",
            "Unaweza kuruka swali hili, kwa mfano: 12345678",
        ),
        mask="id",
        tag="id_or_passport",
    ),
    "msisdn": QuestionKind(
        "text",
        appearance="msisdn numbers",
        constraint=_PHONE,
        message=(
            "Enter a Kenyan mobile number, for example 0712 345 678",
            "Andika nambari ya simu ya Kenya, kwa mfano 0712 345 678",
        ),
        hint=("For example: 0712 345 678", "Kwa mfano: 0712 345 678"),
        mask="phone",
        tag="msisdn",
    ),
    "contact": QuestionKind(
        "text",
        constraint=f"{_PHONE} or {_EMAIL} or {_POSTAL}",
        message=(
            "Write a phone number, an email or a postal address, for example 0712 345 678",
            "Andika nambari ya simu, barua pepe au anwani ya posta, kwa mfano 0712 345 678",
        ),
        hint=(
            "A phone number, an email or a P.O. Box, for example: 0712 345 678",
            "Nambari ya simu, barua pepe au P.O. Box, kwa mfano: 0712 345 678",
        ),
        tag="contact",
    ),
    "date_past": QuestionKind(
        "date",
        constraint=". <= today() and . >= date('1900-01-01')",
        message=_PAST,
        hint=_DATE_HINT,
    ),
    "date_18plus": QuestionKind(
        "date",
        constraint=f"{_DAYS} >= 180000 and . >= date('1900-01-01')",
        message=(
            "You must be 18 or older for this service, for example born on 27/03/1990",
            "Lazima uwe na miaka 18 au zaidi kwa huduma hii, kwa mfano aliyezaliwa 27/03/1990",
        ),
        hint=_DATE_HINT,
    ),
    "date_70plus": QuestionKind(
        "date",
        constraint=f"{_DAYS} >= 700000 and . >= date('1900-01-01')",
        message=(
            "This support is for people of 70 or older, for example born on 27/03/1950",
            "Msaada huu ni wa watu wa miaka 70 au zaidi, kwa mfano aliyezaliwa 27/03/1950",
        ),
        hint=("For example: 27 3 1950", "Kwa mfano: 27 3 1950"),
    ),
    "count": QuestionKind(
        "integer",
        constraint=". >= 0 and . <= 5000",
        message=("Write a number from 0 to 5000", "Andika nambari kutoka 0 hadi 5000"),
        hint=("For example: 12", "Kwa mfano: 12"),
    ),
    "share": QuestionKind(
        "integer",
        constraint=". >= 0 and . <= ${members_total}",
        message=(
            "This cannot be more than all the members",
            "Idadi hii haiwezi kuzidi wanachama wote",
        ),
        hint=("For example: 3", "Kwa mfano: 3"),
    ),
    "choice": QuestionKind("select_one"),
    "yesno": QuestionKind("select_one", list_name="yes_no"),
    "county": QuestionKind("select_one", appearance="autocomplete", list_name="county"),
    "agency": QuestionKind("select_one", appearance="autocomplete", list_name="agency"),
    "service": QuestionKind(
        "select_one",
        appearance="autocomplete",
        list_name="service",
        choice_filter="agency = ${about_agency}",
    ),
    "ticket": QuestionKind(
        "text",
        constraint="regex(., '^[A-Za-z0-9 -]{1,12}$')",
        message=(
            "Write the number as on your slip, for example B 042",
            "Andika nambari kama ilivyo kwenye karatasi yako, kwa mfano B 042",
        ),
        hint=(
            "It is on your slip, for example: B 042",
            "Iko kwenye karatasi yako, kwa mfano: B 042",
        ),
    ),
    "signature": QuestionKind("image", appearance="signature", parameters="max-pixels=1024"),
    "note": QuestionKind("note"),
    "calculate": QuestionKind("calculate"),
}
