"""The layout gate: every screen, both languages, two text sizes, two panels; nothing clipped,
overlapped, off the screen or too small. In subprocesses: Kivy has one window a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.tools.screen_samples import NAMED

pytestmark = pytest.mark.window
ROOT = Path(__file__).resolve().parents[3]
# Not tried 1.9 times longer: these already hold the longest real texts, in both languages.
FULLEST = {"staff", "service", "ticket", "consent", "services", "feedback", "review", "resume",
           "question-group", "question-wrong"}  # fmt: skip
LONGER = tuple(n for n in NAMED if not any(n == f or n.startswith(f"{f}-") for f in FULLEST))
RUNS = {
    "15.6 inch": ("--size", "1280x800", "--scales", "1.0,1.25", "--worst", "1"),
    "15.6 inch, full HD": (
        "--size",
        "1920x1080",
        "--mm",
        "0.18",
        "--scales",
        "1.0",
        "--worst",
        "1",
    ),
    "1.9 times longer": ("--size", "1280x800", "--scales", "1.0", "--longer", "1.9", *LONGER),
}
"""What fails on smaller panels and with larger text stands in docs/accessibility.md. Of each kind of screen the fullest view there is, and one by lot; `make prove` looks at all."""

PROOFS = {
    "15.6 inch": ("--size", "1280x800", "--scales", "1.0,1.25"),
    "15.6 inch, full HD": ("--size", "1920x1080", "--mm", "0.18", "--scales", "1.0"),
}
SWEEP_S = 3_600


def lint(arguments: tuple[str, ...], patience_s: float = 300) -> tuple[int, str]:
    environment = {**os.environ, "KIVY_GL_BACKEND": "mock", "SDL_VIDEODRIVER": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.tools.layout_report", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=patience_s, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + (done.stderr if done.returncode not in {0, 1} else "")


@pytest.fixture(scope="module")
def results() -> dict[str, tuple[int, str]]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(RUNS, pool.map(lint, RUNS.values()), strict=True))


@pytest.mark.parametrize("run", RUNS)
def test_every_screen_stands_as_designed(results, run):
    code, problems = results[run]
    assert problems == ""
    assert code == 0


@pytest.mark.prove
@pytest.mark.parametrize("run", PROOFS)
def test_every_page_of_all_the_content_stands_as_designed(run):
    code, problems = lint(PROOFS[run], SWEEP_S)
    assert problems == ""
    assert code == 0


def test_the_lint_finds_what_it_is_for(stage):
    """A gate that cannot fail is none: each kind of harm, done on purpose, is found."""
    from kiosk.ui.automation.layout_lint import problems

    stage.show("home")
    assert problems(stage.driver) == []
    targets = stage.driver.targets()
    targets["find"].height = 20
    targets["help"].x += 400
    targets["form"].title.font_size = 9
    targets["ticket"].title.text = "longer than any card " * 9
    targets["ticket"].title.texture_update()
    targets["ticket"].title.height = 900
    found = "\n".join(problems(stage.driver))
    for harm in ("too small", "off the screen", "under 4.8 mm", "outside its card"):
        assert harm in found
