"""The courier: batches and receipts on sticks, in any order, with everything that befalls sticks."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
from pathlib import Path

import pytest

from kiosk.cli.main import main
from provisioning.ids import SeededIds
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.case_answer import CaseAnswer, CaseState
from sync.batches.batch import SEGMENT_MAX
from sync.courier.stick import StickFault
from sync.national.sqlite_store import EmbeddedStore
from tests.sync.courier.conftest import Couriers


def segments(stick: Path) -> list[Path]:
    return sorted((stick / "huduma" / "up").glob("*.seg"))


def codes(done) -> list[int]:
    return sorted(code for _, code, _ in done.refused)


def test_a_kiosks_batches_reach_the_national_node_and_its_receipt_comes_back(couriers: Couriers):
    stick = couriers.stick()
    couriers.happen("kiosk-1", 3)
    assert couriers.export("kiosk-1", stick).written == 3
    assert couriers.bring("centre", stick).taken == 3
    assert couriers.bring("kiosk-1", stick).receipts == 1
    told = couriers.status("kiosk-1")
    assert (told.segments_at_relay, told.segments_acked, told.waiting) == (3, 0, 3)
    upper = couriers.stick("upper")
    assert couriers.export("centre", upper).written == 3
    assert couriers.bring("national", upper).taken == 3
    assert couriers.national()["kiosk-1"] == (3, 3)
    assert couriers.bring("centre", upper).receipts == 1
    couriers.bring("centre", stick)  # passes on what it heard from above
    assert couriers.bring("kiosk-1", stick).receipts == 1
    told = couriers.status("kiosk-1")
    assert (told.segments_acked, told.waiting) == (3, 0)
    # What is acknowledged leaves the stick, and nothing is carried twice.
    couriers.happen("kiosk-1", 1)
    done = couriers.export("kiosk-1", stick)
    assert (done.written, done.removed, len(segments(stick))) == (1, 3, 1)


def test_the_bytes_on_the_stick_are_those_of_the_wire(couriers: Couriers):
    couriers.happen("kiosk-1", 1)
    couriers.export("kiosk-1", couriers.stick())
    (path,) = segments(couriers.stick())
    from sync.batches.batch import read_envelope

    envelope = read_envelope(path.read_bytes())
    assert path.name == f"kiosk-1-{envelope.stream.db_epoch.hex()}-00000001.seg"
    envelope.verify(couriers.node("kiosk-1").keys.signing.public_key())


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_sticks_in_any_order_and_twice(couriers: Couriers, order):
    sticks = []
    for number in range(3):
        couriers.happen("kiosk-1", 2)
        stick = couriers.stick(f"stick-{number}")
        couriers.export("kiosk-1", stick)
        for path in segments(stick)[: 2 * number]:
            path.unlink()  # each stick has two of its own
        sticks.append(stick)
    for number in [*order, *order]:
        assert couriers.bring("centre", sticks[number]).refused == []
    upper = couriers.stick("upper")
    couriers.export("centre", upper)
    assert couriers.bring("national", upper).taken == 6
    assert couriers.national()["kiosk-1"] == (6, 6)


def test_a_lost_stick_is_missed_by_name_and_made_again(couriers: Couriers):
    couriers.happen("kiosk-1", 4)
    stick, again = couriers.stick(), couriers.stick("again")
    couriers.export("kiosk-1", stick)
    segments(stick)[1].unlink()
    done = couriers.bring("national", stick)
    assert (done.taken, done.aside, done.refused) == (1, 2, [])
    assert done.missing == ["kiosk-1 batch 2"]
    assert couriers.export("kiosk-1", again, since=2).written == 3
    done = couriers.bring("national", again)
    assert (couriers.national()["kiosk-1"], done.missing) == ((4, 4), [])
    assert not list((couriers.node("national").dir / "aside").iterdir())


def test_a_vans_stick_is_emptied_at_any_centre_and_receipts_come_back(couriers: Couriers):
    stick, first = couriers.stick(), couriers.stick("first")
    couriers.happen("van-1", 2)
    couriers.export("van-1", first)
    couriers.bring("national", first)  # the first two went another way
    assert couriers.bring("van-1", first).receipts == 1
    couriers.happen("van-1", 3)
    assert couriers.export("van-1", stick).written == 3
    done = couriers.bring("centre", stick)  # a centre that never saw the van before
    assert (done.taken, done.refused) == (3, [])
    couriers.bring("van-1", stick)
    told = couriers.status("van-1")
    assert (told.segments_at_relay, told.segments_acked) == (5, 2)
    upper = couriers.stick("upper")
    couriers.export("centre", upper)
    couriers.bring("national", upper)
    assert couriers.national()["van-1"] == (5, 5)
    couriers.bring("van-1", upper)
    assert couriers.status("van-1").waiting == 0


def test_a_strange_centres_word_about_the_national_node_is_not_believed(couriers: Couriers):
    """The van believes a centre of another site only what that centre has itself."""
    stick = couriers.stick()
    couriers.happen("van-1", 2)
    couriers.export("van-1", stick)
    couriers.bring("centre", stick)
    upper = couriers.stick("upper")
    couriers.export("centre", upper)
    couriers.bring("national", upper)
    couriers.bring("centre", upper)
    couriers.bring("centre", stick)
    couriers.bring("van-1", stick)
    told = couriers.status("van-1")
    assert (told.segments_at_relay, told.segments_acked) == (2, 0)


def flipped(raw: bytes) -> bytes:
    return raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :]


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(SEGMENT_MAX * 1_000)


def link(path: Path, good: bytes) -> None:
    outside = path.parents[3] / "secret"
    outside.write_bytes(good)
    path.symlink_to(outside)


PLANTED = {
    "cut.seg": lambda path, good: path.write_bytes(good[:-20]),
    "flipped.seg": lambda path, good: path.write_bytes(flipped(good)),
    "empty.seg": lambda path, good: path.touch(),
    "link.seg": link,
    "pipe.seg": lambda path, good: os.mkfifo(path),
    "folder.seg": lambda path, good: path.mkdir(),
    "huge.seg": lambda path, good: huge(path),
    "DSC_0001.JPG": lambda path, good: path.write_bytes(bytes(range(256)) * 20),
    os.fsdecode(b"\xff\xfe\n\x1b[2J.seg"): lambda path, good: path.write_bytes(b"x"),
    "forged.manifest": lambda path, good: path.write_bytes(b"\xd2\x84" + bytes(50)),
    "../down/forged.receipt": lambda path, good: path.write_bytes(bytes(50)),
    "../down/registry.cbor": lambda path, good: path.write_bytes(b"\xd2old"),
}
"""What befalls a stick: a name in its folder, and how it comes to be, given a good segment."""


@pytest.mark.parametrize("what", PLANTED, ids=ascii)
def test_what_befalls_a_stick_is_named_and_stops_nothing_else(couriers: Couriers, what):
    stick = couriers.stick()
    couriers.happen("kiosk-1", 2)
    couriers.export("kiosk-1", stick)
    PLANTED[what](stick / "huduma" / "up" / what, segments(stick)[0].read_bytes())
    done = couriers.bring("centre", stick)
    assert done.taken == 2
    assert len(done.refused) == 1
    name, code, why = done.refused[0]
    assert (code in {17, 43, 49, 79}, len(why) > 10, name.isprintable()) == (True, True, True)
    assert couriers.bring("centre", stick).known == 2


def test_odd_names_and_leftovers_hide_nothing(couriers: Couriers):
    stick = couriers.stick()
    couriers.happen("kiosk-1", 2)
    couriers.export("kiosk-1", stick)
    one, two = segments(stick)
    one.rename(one.with_name("FILE0001.CHK"))
    two.rename(two.with_name("kiosk-9 (copy).seg"))
    (one.parent / ".Trash-1000").mkdir()
    (one.parent / "._x.seg").write_bytes(b"mac")
    (one.parent / "kiosk-1.seg.123.new").write_bytes(b"half")
    done = couriers.bring("centre", stick)
    assert (done.taken, done.refused) == (2, [])


def test_another_sites_stick_is_named(couriers: Couriers, tmp_path, laid_out):
    stick = couriers.stick()
    from provisioning.clock import VirtualClock
    from provisioning.enrolment.site_layout import demo_plan, lay_out
    from provisioning.ids import SeededIds

    foreign = tmp_path / "foreign"
    plan = demo_plan(["NRB", "KRA"], [20001, 20002, 20003, 20004])
    lay_out(foreign, plan, SeededIds(8), VirtualClock().now())
    shutil.rmtree(couriers.site.dir)
    theirs = Couriers(tmp_path / "theirs", foreign)
    theirs.happen("kiosk-1", 2)
    theirs.export("kiosk-1", stick)
    ours = Couriers(tmp_path / "ours", laid_out)
    done = ours.bring("centre", stick)
    assert done.taken == 0
    assert codes(done) == [17, 49, 49, 49]  # the registry, the manifest, two batches


def test_a_stick_pulled_out_at_any_write_is_simply_written_again(couriers: Couriers, monkeypatch):
    import sync.courier.stick as module

    couriers.happen("kiosk-1", 4)
    real, stick = module.write_verified, couriers.stick()
    for last in range(6):
        left = [last]

        def pulled(path, content, left=left):
            if left[0] == 0:
                path.with_name(f"{path.name}.1.new").write_bytes(content[: len(content) // 2])
                raise OSError(5, "gone", str(path))
            left[0] -= 1
            real(path, content)

        monkeypatch.setattr(module, "write_verified", pulled)
        if last % 2:
            shutil.rmtree(stick / "huduma", ignore_errors=True)
        with contextlib.suppress(OSError):
            couriers.export("kiosk-1", stick)
    monkeypatch.setattr(module, "write_verified", real)
    done = couriers.export("kiosk-1", stick)
    assert done.written + done.there == 4
    assert couriers.bring("national", stick).taken == 4


def test_what_reads_back_as_something_else_was_not_written(couriers: Couriers, monkeypatch):
    import provisioning.durable_files as module

    couriers.happen("kiosk-1", 1)
    monkeypatch.setattr(module, "read_back", lambda path: b"worn out")
    with pytest.raises(OSError, match="reads back"):
        couriers.export("kiosk-1", couriers.stick())


def test_no_stick_and_an_empty_one_are_named(couriers: Couriers):
    with pytest.raises(StickFault):
        couriers.bring("centre", couriers.folder / "nowhere")
    with pytest.raises(StickFault):
        couriers.bring("centre", couriers.stick())


def test_revocation_travels_down_by_stick_and_stops_what_comes_up(couriers: Couriers):
    from provisioning.cbor import decode
    from provisioning.identity import cose_sign1
    from provisioning.identity.certificates import sign_registry

    stick = couriers.stick()
    couriers.happen("kiosk-1", 1)
    couriers.export("kiosk-1", stick)
    old = (couriers.site.dir / "registry.cbor").read_bytes()
    root = couriers.site.root_key()
    fields = decode(
        cose_sign1.verify1(root.public_key(), old, "application/vnd.huduma.registry+cbor")
    )
    fresh = sign_registry(
        root,
        number=2,
        issued=couriers.clock.now(),
        certificates=fields["nodes"],
        agencies=fields["agencies"],
        revoked=[couriers.site.registry.nodes["kiosk-1"].serial],
    )
    (stick / "huduma" / "down" / "registry.cbor").write_bytes(fresh)
    done = couriers.bring("centre", stick)
    assert (done.registry, done.taken, codes(done)) == (2, 0, [49, 49])
    assert couriers.bring("centre", stick).registry == 0  # the same is no news


def test_two_hops_cost_at_most_200_bytes_a_segment(couriers: Couriers, capsys):
    couriers.happen("kiosk-1", 40)
    stick, upper = couriers.stick(), couriers.stick("upper")
    couriers.export("kiosk-1", stick)
    couriers.bring("centre", stick)
    couriers.export("centre", upper)
    couriers.bring("national", upper)
    couriers.bring("centre", upper)
    couriers.bring("centre", stick)
    extra = 0
    for each in (stick, upper):
        for path in (each / "huduma").rglob("*"):
            if path.is_file() and path.name != "registry.cbor":
                extra += len(path.name) + (0 if path.suffix == ".seg" else path.stat().st_size)
    print(f"{extra / 40:.0f} bytes a segment over two hops, names, manifests and receipts")
    assert extra / 40 <= 200


def test_the_commands_say_what_happened_and_end_with_41_when_something_was_refused(
    couriers: Couriers, capsys, monkeypatch
):
    from provisioning.node.site import Node

    monkeypatch.setattr(Node, "clock", lambda self, service=False: couriers.clock)
    stick, site = couriers.stick(), str(couriers.site.dir)
    couriers.happen("kiosk-1", 2)
    at = ("--site", site, "--node")
    assert main(["sync", "export", "--to", str(stick), *at, "kiosk-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == 2
    assert main(["sync", "import", "--from", str(stick), *at, "centre"]) == 0
    assert "2 batches taken" in capsys.readouterr().out
    (stick / "huduma" / "up" / "cut.seg").write_bytes(b"\x83")
    assert main(["sync", "import", "--from", str(stick), *at, "centre"]) == 41
    assert "refused: cut.seg" in capsys.readouterr().err
    assert main(["sync", "import", "--from", str(stick / "no"), *at, "centre"]) == 79
    assert main(["sync", "export", "--to", str(stick), *at, "national"]) == 79


def test_the_national_node_tells_who_is_silent_and_what_does_not_hold(
    couriers: Couriers, capsys, monkeypatch
):
    from provisioning.node.site import Node
    from sync.store.database import Store

    monkeypatch.setattr(Node, "clock", lambda self, service=False: couriers.clock)
    stick, at = couriers.stick(), ("--site", str(couriers.site.dir), "--json")
    couriers.happen("van-1", 3)
    couriers.export("van-1", stick)
    couriers.bring("national", stick)
    couriers.clock.advance(seconds=7_200)
    assert main(["national", "silent", *at]) == 0
    assert [row["node"] for row in json.loads(capsys.readouterr().out)] == [
        "centre",
        "kiosk-1",
        "kiosk-2",
    ]
    assert main(["national", "silent", "--hours", "1", *at]) == 0
    assert json.loads(capsys.readouterr().out)[-1] == {
        "node": "van-1",
        "role": "van",
        "site": "VAN-1",
        "heard_at": "2026-11-23T05:00:00+00:00",
        "hours": 2.0,
    }
    assert main(["national", "verify", *at]) == 0
    assert json.loads(capsys.readouterr().out) == []
    path = couriers.node("national").db_path
    with contextlib.closing(Store.open(path, [])) as store, store.transaction() as tx:
        tx.execute("DELETE FROM national_segment WHERE no = 2")
    assert main(["national", "verify", *at]) == 41
    assert {row["code"] for row in json.loads(capsys.readouterr().out)} >= {48}


def answer(couriers: Couriers, agency: str, reference: str) -> None:
    """An agency says at the national node that something is ready."""
    path, site = couriers.node("national").db_path, couriers.site
    with contextlib.closing(EmbeddedStore.open(path, SeededIds(1))) as store:
        desk = AnswerDesk(
            agency, site.answer_key(agency), store.answers(site.registry.answer_signer)
        )
        ready = CaseAnswer(CaseState.READY)
        desk.give([GivenAnswer(reference, ready)], couriers.clock.now())


def test_answers_of_agencies_come_down_by_stick_once_and_past_a_bad_file(couriers: Couriers):
    stick = couriers.stick()
    couriers.happen("kiosk-1", 1)
    couriers.export("kiosk-1", stick)
    answer(couriers, "NRB", "NRB-0G4T-9WKE-2HM7C")
    answer(couriers, "NRB", "NRB-0G4T-9WKE-2HM7D")
    answer(couriers, "KRA", "KRA-0G4T-9WKE-2HM7E")
    couriers.bring("national", stick)
    down = stick / "huduma" / "down"
    assert {path.name for path in down.glob("*.answers")} == {"KRA.answers", "NRB.answers"}
    assert couriers.bring("kiosk-1", stick).answers == 3
    assert couriers.bring("kiosk-1", stick).answers == 0
    (down / "KRA.answers").write_bytes((down / "KRA.answers").read_bytes()[:-9])
    (down / "XYZ.answers").write_bytes(b"\x81\x41\x00")
    answer(couriers, "NRB", "NRB-0G4T-9WKE-2HM7F")
    done = couriers.bring("kiosk-2", stick)
    assert (done.answers, codes(done)) == (2, [43, 43])
    couriers.bring("national", stick)  # writes whole again what it has
    assert couriers.bring("kiosk-2", stick).answers == 2
