"""Form assets: the compiled forms of a pack, listed in its `forms.json`.

Each entry has id, version, titles by language, service, agency, the number of questions, the path
of the XForm and the paths of its media files by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from content.catalogue.model import FormAsset, TranslatedText
from content.faults import NotInPack, SourcesRefused

LIST_NAME = "forms.json"


class PackForms:
    """The forms of one pack by id, in the pack's order."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        try:
            entries = json.loads(files.get(LIST_NAME, b"[]"))
            self._forms = {entry["id"]: _form(entry, files) for entry in entries}
        except (ValueError, KeyError, TypeError) as error:
            raise SourcesRefused(f"{LIST_NAME} cannot be read: {error!r}.") from error

    def form(self, form_id: str) -> FormAsset:
        """The form; raises `NotInPack`."""
        found = self._forms.get(form_id)
        if found is None:
            known = ", ".join(self._forms) or "none"
            raise NotInPack(f"The content pack has no form {form_id!r}; it has {known}.")
        return found

    def all(self) -> list[FormAsset]:
        """Every form."""
        return list(self._forms.values())


def _form(entry: Mapping[str, object], files: Mapping[str, bytes]) -> FormAsset:
    titles, media = entry["titles"], entry["media"]
    if not isinstance(titles, dict) or not isinstance(media, dict):
        raise TypeError("titles and media must be objects")
    return FormAsset(
        id=str(entry["id"]),
        version=str(entry["version"]),
        titles=TranslatedText(titles),
        service=str(entry["service"]),
        agency=str(entry["agency"]),
        questions=int(str(entry["questions"])),
        xml=files[str(entry["xml"])],
        media={name: files[path] for name, path in media.items()},
    )
