"""The author's preview: the real appliance, standing at the form's first question."""

from pathlib import Path

import pytest

import content
from kiosk.forms_preview import InProcess, appliance_on, enter

FORM = Path(content.__file__).parent / "default/forms/lost_id.xlsx"


@pytest.mark.prove
def test_preview_stands_at_the_first_question_in_the_chosen_language(tmp_path, capsys):
    appliance, asset = appliance_on(FORM, None, tmp_path)
    capsys.readouterr()
    client = InProcess(appliance)
    enter(client, asset.id, "sw")
    view = client.poll()
    assert view is not None
    assert (view.state, view.language) == ("question", "sw")
    assert client.poll() is None
