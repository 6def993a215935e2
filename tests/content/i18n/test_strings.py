"""The table of the screens' words, as its file may be damaged."""

from __future__ import annotations

import pytest

from content.faults import SourcesRefused
from content.i18n.strings import read


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"kee,en,sw\nok,OK,Sawa\n", "no column 'key'"),
        (b"key,en\nok,OK\n", "no column 'sw'"),
        (b"key,sw\nok,Sawa\n", "no column 'en'"),
        (b"key,en,sw\n,OK,Sawa\n", "line 2 has no key"),
        (b"key,en,sw\nok,,Sawa\n", "no text in 'en'"),
        (b"key,en,sw\nok,OK {n,Sawa\n", "ok:"),
        (b"key,en,sw\nok,OK {n},Sawa {m}\n", "other {names}"),
        (b"key,en,sw\nok,OK,Sawa\nok,OK,Ndiyo\n", "already says 'Sawa'"),
    ],
)
def test_a_damaged_table_names_what_to_correct(source, said):
    with pytest.raises(SourcesRefused, match=said):
        read(source)
