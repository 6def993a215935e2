"""Enrolment without a network: each step, each mistake with its code, each power cut."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.durable_files import replace_file
from provisioning.enrolment import device_enrolment
from provisioning.enrolment.device_enrolment import (
    EnrolmentState,
    accept,
    bring_registry,
    enrolment_state,
    make_renewal,
    make_request,
    request_path,
    require_clock,
)
from provisioning.enrolment.enrolment_request import read_request, sign_request
from provisioning.enrolment.faults import (
    ClockFault,
    ClocksDisagree,
    EnrolmentExpired,
    EnrolmentFileDamaged,
    FingerprintDiffers,
    OtherDevice,
    OtherSite,
    StepMissing,
    UsedTwice,
)
from provisioning.enrolment.text_parts import ANSWER, REQUEST, from_text, read_file, to_lines
from provisioning.enrolment.workbench_layout import PlannedPlace, SiteAddresses, lay_out_site
from provisioning.identity.certificates import IdentityFault, Registry
from provisioning.ids import SeededIds
from provisioning.node.site import Site, SiteFault
from tests.provisioning.enrolment.bench import ADDRESSES, DAY, KITUI, NOW, Bench


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path)


def keys_of(device) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (device.dir / "keys").glob("*.key")}


def test_a_device_is_enrolled_step_by_step_and_nothing_else_changes_it(bench):
    device = bench.device("hc-020-k1")
    assert enrolment_state(device) is EnrolmentState.NEW
    request = make_request(device, bench.ids, NOW)
    assert enrolment_state(device) is EnrolmentState.ASKED
    answer = bench.workbench.approve(request, request.letters.lower(), bench.ids, NOW)
    certificate = accept(device, answer, NOW)
    assert (certificate.name, certificate.site, certificate.county, certificate.unit) == (
        "hc-020-k1",
        "HC-020",
        15,
        1,
    )
    assert enrolment_state(device) is EnrolmentState.ENROLLED
    assert Site.open(device.dir.parent).node("hc-020-k1").certificate == certificate
    assert accept(device, answer, NOW) == certificate  # taken twice, the same
    with pytest.raises(UsedTwice):
        make_request(device, bench.ids, NOW)


def test_no_private_key_of_root_or_agency_lies_on_a_card_or_a_device(bench):
    device = bench.enrol("hc-020-k1")
    secrets = [
        path.read_bytes() for path in (bench.folder / "bench").rglob("*.key") if path.is_file()
    ]
    assert len(secrets) == 5  # the root, and two of each of two agencies; no card has any
    on_device = [path.read_bytes() for path in device.dir.parent.rglob("*") if path.is_file()]
    assert not [each for each in secrets for found in on_device if each.split()[2] in found]
    assert not list((bench.folder / "bench" / "cards").rglob("*.key"))


def test_the_same_certificate_comes_by_stick_and_by_qr_text(bench):
    device = bench.device("hc-020-k1")
    request = make_request(device, bench.ids, NOW)
    lines = to_lines(REQUEST, request.raw)
    scanned = "\r\n".join([" " + line.lower() for line in reversed(lines)] + [lines[0], "noise"])
    asked = read_request(from_text(REQUEST, scanned, "scan"))
    assert asked == request
    raw = bench.workbench.approve(asked, request.letters, bench.ids, NOW)
    assert max(len(line) for line in to_lines(ANSWER, raw)) <= 1_700
    assert accept(device, from_text(ANSWER, "\n".join(to_lines(ANSWER, raw)), "scan"), NOW)


# Each mistake at the workbench: how the request differs, what is raised.
def wrong_letters(bench, request):
    return bench.workbench.approve(request, "ABCD-EFGH", bench.ids, NOW)


def no_letters(bench, request):
    return bench.workbench.approve(request, None, bench.ids, NOW)


def too_old(bench, request):
    return bench.workbench.approve(request, request.letters, bench.ids, NOW + 8 * DAY)


def clock_ahead(bench, request):
    return bench.workbench.approve(request, request.letters, bench.ids, NOW - 2 * DAY)


def asked_as(bench, request, **fields):
    device = bench.device("hc-020-k1")
    other = sign_request(replace(request, **fields), device.keys)
    return bench.workbench.approve(other, other.letters, bench.ids, NOW)


def other_county(bench, request):
    return asked_as(bench, request, county=1)


def other_role(bench, request):
    return asked_as(bench, request, role="centre")


def other_unit(bench, request):
    return asked_as(bench, request, unit=2)


def unknown_name(bench, request):
    return asked_as(bench, request, name="hc-020-k9")


def other_root(bench, request):
    return asked_as(bench, request, root=bytes(8))


def unknown_registry(bench, request):
    return asked_as(bench, request, registry=9)


def twice(bench, request):
    bench.workbench.approve(request, request.letters, bench.ids, NOW)
    bench.workbench.handed(request)
    return bench.workbench.approve(request, request.letters, bench.ids, NOW)


@pytest.mark.parametrize(
    ("mistake", "fault", "code"),
    [
        (wrong_letters, FingerprintDiffers, 72),
        (no_letters, FingerprintDiffers, 72),
        (too_old, EnrolmentExpired, 73),
        (clock_ahead, ClocksDisagree, 76),
        (other_county, OtherSite, 74),
        (other_role, OtherSite, 74),
        (other_unit, OtherSite, 74),
        (unknown_name, OtherSite, 74),
        (other_root, OtherSite, 74),
        (unknown_registry, OtherSite, 74),
        (twice, UsedTwice, 75),
    ],
)
def test_each_mistake_at_the_workbench_has_its_sentence_and_code(bench, mistake, fault, code):
    request = make_request(bench.device("hc-020-k1"), bench.ids, NOW)
    with pytest.raises(fault) as raised:
        mistake(bench, request)
    assert raised.value.code == code
    assert len(raised.value.message) > 40
    assert "hc-020-k1" not in bench.workbench.registry.nodes or mistake in {twice, unknown_registry}


def test_a_clock_two_minutes_off_is_no_mistake(bench):
    request = make_request(bench.device("hc-020-k1"), bench.ids, NOW)
    early = NOW - timedelta(minutes=2)
    answer = bench.workbench.approve(request, request.letters, bench.ids, early)
    assert accept(bench.device("hc-020-k1"), answer, NOW - timedelta(minutes=10))


def test_each_mistake_at_the_device_has_its_sentence_and_code(bench, tmp_path):
    one, two = bench.device("hc-020-k1"), bench.device("hc-020-k2")
    with pytest.raises(StepMissing):
        make_renewal(one, bench.ids, NOW)
    request = make_request(one, bench.ids, NOW)
    answer = bench.workbench.approve(request, request.letters, bench.ids, NOW)
    with pytest.raises(OtherDevice):  # brought to the wrong device
        accept(two, answer, NOW)
    with pytest.raises(ClocksDisagree):
        accept(one, answer, NOW - 2 * DAY)
    with pytest.raises(EnrolmentExpired):
        accept(one, answer, NOW + 15 * DAY)
    with pytest.raises(OtherSite):  # another workbench's
        accept(Bench(tmp_path / "other", seed=2).device("hc-020-k1"), answer, NOW)
    with pytest.raises(OtherSite):  # altered
        accept(one, answer[:-1] + bytes([answer[-1] ^ 1]), NOW)
    assert enrolment_state(one) is EnrolmentState.ASKED
    replace_file(request_path(one), b"")  # asked anew with another request meanwhile
    make_request(one, bench.ids, NOW)
    with pytest.raises(OtherDevice):
        accept(one, answer, NOW)
    settings = one.dir / "device.toml"
    assert "field = true" in settings.read_text()


def test_an_answer_nobody_asked_for_is_named(bench, tmp_path):
    device = bench.device("hc-020-k1")
    request = make_request(device, bench.ids, NOW)
    answer = bench.workbench.approve(request, request.letters, bench.ids, NOW)
    request_path(device).unlink()
    with pytest.raises(StepMissing):
        accept(device, answer, NOW)


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda lines: "", "holds no request"),
        (lambda lines: "dear diary\n\0\xff", "holds no request"),
        (lambda lines: lines[0], "only a part"),
        (lambda lines: "\n".join(lines)[:-3], "cut or altered"),
        (lambda lines: lines[0][:-40], "only a part"),
        (lambda lines: "\n".join(lines).replace("HUDUMA1-REQ", "HUDUMA1-REP"), "cut or altered"),
        (lambda lines: "\n".join([*lines, lines[0].replace("-02-", "-03-", 1)]), "several"),
        (lambda lines: "\n".join(to_lines(ANSWER, b"x")), "but the answer"),
    ],
)
def test_half_a_file_and_a_wrong_file_are_named(bench, tmp_path, damage, word):
    lines = to_lines(REQUEST, make_request(bench.device("hc-020-k1"), bench.ids, NOW).raw)
    path = tmp_path / "hc-020-k1.request.txt"
    path.write_text(damage(lines), encoding="latin-1")
    with pytest.raises(EnrolmentFileDamaged, match=word):
        read_request(read_file(REQUEST, path))


def test_pipes_folders_and_huge_files_are_no_requests(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 33)
    for name in ("pipe", "folder", "huge", "nothing"):
        with pytest.raises(EnrolmentFileDamaged):
            read_file(REQUEST, tmp_path / name)


def test_an_altered_request_does_not_read(bench):
    raw = make_request(bench.device("hc-020-k1"), bench.ids, NOW).raw
    for at in range(0, len(raw), 37):
        with pytest.raises(EnrolmentFileDamaged):
            read_request(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])


class PowerCut(BaseException):
    """The device is off at this very point."""


@pytest.mark.parametrize("writes", range(1, 9))
def test_the_power_may_go_at_any_write_and_there_is_one_key_pair(bench, monkeypatch, writes):
    """Every step again from the start after each cut; the n-th write from the start is the last."""
    device, left = bench.device("hc-020-k1"), [writes]

    def cut_before(real):
        def write(*args, **words):
            left[0] -= 1
            if left[0] == 0:
                raise PowerCut
            return real(*args, **words)

        return write

    import provisioning.identity.keys as keys_module
    import provisioning.identity.registry_file as registry_module

    for module, name in (
        (keys_module, "create_file"),
        (device_enrolment, "replace_file"),
        (registry_module, "replace_file"),
    ):
        monkeypatch.setattr(module, name, cut_before(getattr(module, name)))
    seen: dict[str, bytes] = {}

    def steps():
        request = make_request(device, bench.ids, NOW)
        answer = bench.workbench.approve(request, request.letters, bench.ids, NOW)
        return accept(bench.device("hc-020-k1"), answer, NOW)

    for _ in range(2):
        try:
            steps()
        except PowerCut:
            seen = keys_of(device)
        except UsedTwice:
            break
    assert seen.items() <= keys_of(device).items()
    assert enrolment_state(bench.device("hc-020-k1")) is EnrolmentState.ENROLLED
    assert len(bench.workbench.approvals()) == 1


def test_a_key_half_written_before_any_request_is_made_again(bench):
    device = bench.device("hc-020-k1")
    (device.dir / "keys" / "signing.key").write_bytes(b"huduma-key-1 sign")
    request = make_request(device, bench.ids, NOW)
    assert read_request(request.raw).signing == bench.device("hc-020-k1").keys.signing_public


def test_a_damaged_key_of_an_enrolled_device_is_never_made_again(bench):
    path = bench.enrol("hc-020-k1").dir / "keys" / "signing.key"
    path.write_bytes(b"huduma-key-1 sign")
    with pytest.raises(UsedTwice, match="other keys"):
        make_request(bench.device("hc-020-k1"), bench.ids, NOW)
    assert path.read_bytes() == b"huduma-key-1 sign"


def test_the_workbench_goes_on_where_the_power_went(bench):
    device = bench.device("hc-020-k1")
    request = make_request(device, bench.ids, NOW)
    first = bench.workbench.approve(request, request.letters, bench.ids, NOW)
    # Cut before the answer was written out, and the newest registry never reached the disk.
    max((bench.workbench.dir / "registries").iterdir()).unlink()
    again = bench.workbench.approve(request, request.letters, bench.ids, NOW)
    assert again == first
    assert len(bench.workbench.approvals()) == 1


def test_a_lay_out_that_was_cut_off_goes_on_and_another_folder_is_refused(tmp_path, monkeypatch):
    target, ids = tmp_path / "bench", SeededIds(1)
    import provisioning.enrolment.workbench_layout as layout

    def cut(*_: object) -> None:
        raise PowerCut

    monkeypatch.setattr(layout, "_plans", cut)
    with pytest.raises(PowerCut):
        lay_out_site(target, KITUI, ADDRESSES, ["NRB"], ids, NOW)
    root = (target / "root" / "root.key").read_bytes()
    monkeypatch.undo()
    assert lay_out_site(target, KITUI, ADDRESSES, ["NRB"], ids, NOW)
    assert (target / "root" / "root.key").read_bytes() == root
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(SiteFault):
        lay_out_site(tmp_path / "photos", KITUI, ADDRESSES, ["NRB"], ids, NOW)


def test_a_site_grows_and_keeps_what_it_has(bench):
    bench.enrol("hc-020-k1")
    before = (bench.folder / "bench" / "cards" / "hc-020" / "hc-020" / "device.toml").read_text()
    target = bench.folder / "bench"
    more = replace(KITUI, kiosks=3)
    other = SiteAddresses("elsewhere", "elsewhere", 1000)
    assert lay_out_site(target, more, other, ["NRB", "KRA"], bench.ids, NOW) == ["hc-020-k3"]
    van = PlannedPlace("VAN-1", "wajir", 8, 1, van=True)
    assert lay_out_site(target, van, ADDRESSES, ["NRB", "KRA"], bench.ids, NOW) == ["wajir"]
    card = target / "cards" / "hc-020" / "hc-020" / "device.toml"
    assert card.read_text() == before
    assert Site.open(target / "cards" / "wajir").name == "wajir"
    assert "hc-020-k1" in bench.workbench.registry.nodes
    assert bench.enrol("wajir").certificate.county == 8


def test_a_certificate_is_renewed_before_and_long_after_its_end_by_its_own_key(bench):
    device = bench.enrol("hc-020-k1")
    first, keys = device.certificate, keys_of(device)
    later = NOW + timedelta(days=825 + 270)
    assert not first.valid_at(later)
    request = make_renewal(device, bench.ids, later)
    assert enrolment_state(device) is EnrolmentState.RENEWING
    answer = bench.workbench.approve(request, None, bench.ids, later)  # the old key is the proof
    fresh = accept(bench.device("hc-020-k1"), answer, later)
    assert fresh.valid_at(later)
    assert (fresh.serial == first.serial, keys_of(device) == keys) == (False, True)
    assert enrolment_state(device) is EnrolmentState.ENROLLED
    stale = sign_request(replace(request, nonce=bytes(16)), device.keys)
    with pytest.raises(UsedTwice):  # renews a certificate that is not the newest any more
        bench.workbench.approve(stale, None, bench.ids, later)


def test_a_renewal_by_another_key_is_refused(bench):
    device = bench.enrol("hc-020-k1")
    stranger = bench.enrol("hc-020-k2")
    request = make_renewal(device, bench.ids, NOW)
    forged = replace(request, signing=stranger.keys.signing_public)
    with pytest.raises(UsedTwice):
        bench.workbench.approve(sign_request(forged, stranger.keys), None, bench.ids, NOW)


def test_a_revoked_device_is_out_and_no_older_registry_brings_it_back(bench):
    centre, kiosk = bench.enrol("hc-020"), bench.enrol("hc-020-k1")
    assert bring_registry(centre, bench.workbench.registry_bytes) == 3
    before = (centre.dir / "keys" / "registry.cbor").read_bytes()
    assert bench.workbench.revoke("hc-020-k1", NOW) == 4
    assert bench.workbench.revoke("hc-020-k1", NOW) == 4  # twice changes nothing
    assert bring_registry(centre, bench.workbench.registry_bytes) == 4
    assert bring_registry(centre, before) == 0
    (centre.dir / "keys" / "registry.cbor").write_bytes(before)  # somebody puts it back by hand
    with pytest.raises(IdentityFault, match="revoked"):
        bench.device("hc-020").registry.node("hc-020-k1")
    renewal = make_renewal(kiosk, bench.ids, NOW)
    with pytest.raises(UsedTwice, match="revoked"):
        bench.workbench.approve(renewal, None, bench.ids, NOW)
    with pytest.raises(SiteFault):
        bench.workbench.revoke("nobody", NOW)


def test_a_name_is_given_to_one_device_only(bench):
    old_card = bench.folder / "old card"
    shutil.copytree(bench.folder / "bench" / "cards" / "hc-020-k1", old_card)
    bench.enrol("hc-020-k1")
    twin = Site.open(old_card).node("hc-020-k1")
    request = make_request(twin, bench.ids, NOW)
    with pytest.raises(UsedTwice, match="another device"):
        bench.workbench.approve(request, request.letters, bench.ids, NOW)
    shutil.rmtree(bench.folder / "devices" / "hc-020-k1")  # today's card knows it already
    with pytest.raises(UsedTwice, match="other keys"):
        make_request(bench.device("hc-020-k1"), bench.ids, NOW)


def test_a_registry_of_another_root_is_not_taken(bench, tmp_path):
    device, other = bench.enrol("hc-020-k1"), Bench(tmp_path / "other", seed=2)
    with pytest.raises(IdentityFault):
        bring_registry(device, other.workbench.registry_bytes)
    with pytest.raises(IdentityFault):
        bring_registry(device, bench.workbench.registry_bytes[:-1])


def test_a_clock_that_cannot_be_right_comes_first(bench):
    from types import SimpleNamespace

    judged = SimpleNamespace(behind=timedelta(days=20_000), held=False, wall=NOW, now=NOW)
    with pytest.raises(ClockFault, match="cannot be right"):
        require_clock(SimpleNamespace(judgement=lambda: judged))


def test_every_registry_is_signed_over_all_that_the_answers_brought(bench):
    for name in ("national", "hc-020", "hc-020-k1", "hc-020-k2"):
        bench.enrol(name)
    newest = bench.workbench.registry
    assert sorted(newest.nodes) == ["hc-020", "hc-020-k1", "hc-020-k2", "national"]
    # The last one got all the others in its answer, though its card was from the beginning.
    last = bench.device("hc-020-k2")
    held = Registry.load(last.dir / "keys" / "registry.cbor", last.root_public)
    assert held.nodes == newest.nodes
