"""Build tool: cut the icon font down to the icons in use, and write `icons.json`.

Owns `icons.ttf` and `icons.json` of a folder of fonts and icons. Sources beside them: `icons.csv`
(our own icon keys and the glyph each one shows) and `glyphs.txt` (glyph names used under their own
name). Run by an author, never on a kiosk, as
`python -m kiosk.ui.automation.build_icon_font MaterialSymbolsRounded_500Medium.ttf FOLDER`; the
full font ships in the npm package `@expo-google-fonts/material-symbols-rounded` (Apache-2.0).
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path


def build(font: Path, look: Path) -> dict[str, int]:
    """Write the subset and the name table; the table. Raises KeyError naming missing glyphs."""
    from fontTools import subset  # noqa: PLC0415 - an author's tool, absent on a kiosk
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    full = TTFont(str(font))
    by_name = {glyph: code for code, glyph in full.getBestCmap().items()}
    glyphs = sorted(set((look / "glyphs.txt").read_text().split()))
    with (look / "icons.csv").open(newline="") as lines:
        aliases = {row["key"]: row["glyph"] for row in csv.DictReader(lines)}
    missing = [glyph for glyph in (*glyphs, *aliases.values()) if glyph not in by_name]
    if missing:
        raise KeyError(f"the font has no glyph named {', '.join(missing)}")
    table = {name: by_name[name] for name in glyphs}
    table |= {key: by_name[glyph] for key, glyph in aliases.items()}
    options = subset.Options(layout_features=[], hinting=False, glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(set(table.values())))
    cutter.subset(full)
    full.save(str(look / "icons.ttf"))
    (look / "icons.json").write_text(json.dumps(table, indent=0, sort_keys=True) + "\n")
    return table


if __name__ == "__main__":
    where = Path(sys.argv[2])
    print(f"{len(build(Path(sys.argv[1]), where))} icons written to {where}")
