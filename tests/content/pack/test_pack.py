"""A pack is believed only when every byte is the one that was signed."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.authoring.build import DEFAULT_SOURCES, build, build_default
from content.faults import PackIncomplete, PackRefused, SourcesRefused
from content.pack import signature as trust
from content.pack.manifest import Manifest
from content.pack.pack import Pack


@pytest.fixture
def copy(pack, tmp_path):
    target = tmp_path / "pack"
    shutil.copytree(pack, target)
    return target


def flip(path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << (bit % 8)
    path.write_bytes(bytes(content))


def test_a_whole_pack_opens(pack, root, made):
    opened = Pack.open(pack, root)
    assert opened.manifest.version == 202611230500
    assert opened.manifest.valid_from == made
    assert opened.manifest.languages == ("en", "sw")
    assert opened.read("strings.csv").startswith(b"key,en,sw")


def test_one_flipped_bit_in_any_file_is_refused_and_named(copy, root):
    chance = random.Random(7)
    by_name = {blob.name: path for path, blob in Pack.open(copy, root).manifest.files.items()}
    for blob in sorted((copy / "blobs").iterdir()):
        if blob.stat().st_size == 0:
            continue
        bit = chance.randrange(blob.stat().st_size * 8)
        flip(blob, bit)
        with pytest.raises(PackRefused) as refused:
            Pack.open(copy, root)
        assert by_name[blob.name] in str(refused.value)
        assert 30 <= refused.value.code <= 39
        flip(blob, bit)
    Pack.open(copy, root)


@pytest.mark.parametrize("name", ["pack.json", "pack.sig"])
def test_one_flipped_bit_in_manifest_or_signature_is_refused(copy, root, name):
    chance = random.Random(8)
    size = (copy / name).stat().st_size * 8
    for bit in {0, size - 1, *(chance.randrange(size) for _ in range(60))}:
        flip(copy / name, bit)
        with pytest.raises(PackRefused) as refused:
            Pack.open(copy, root)
        assert "pack.json" in str(refused.value)
        flip(copy / name, bit)


def test_another_roots_pack_is_refused(pack):
    stranger = Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key().public_bytes_raw()
    with pytest.raises(PackRefused):
        Pack.open(pack, stranger)
    with pytest.raises(PackRefused):
        Pack.open(pack, b"not a key")


@pytest.mark.parametrize("act", ["missing", "cut", "no-manifest", "no-signature"])
def test_an_incomplete_pack_says_which_file(copy, root, act):
    blob = copy / "blobs" / Pack.open(copy, root).manifest.files["services.csv"].name
    match act:
        case "missing":
            blob.unlink()
        case "cut":
            blob.write_bytes(blob.read_bytes()[:-1])
        case "no-manifest":
            (copy / "pack.json").unlink()
        case "no-signature":
            (copy / "pack.sig").unlink()
    with pytest.raises(PackIncomplete) as refused:
        Pack.open(copy, root)
    assert refused.value.code == 31
    expected = {"no-manifest": "pack.json", "no-signature": "pack.sig"}.get(act, "services.csv")
    assert expected in str(refused.value)


def test_a_longer_file_is_refused_without_reading_it_all(copy, root):
    blob = copy / "blobs" / Pack.open(copy, root).manifest.files["services.csv"].name
    with blob.open("ab") as file:
        file.write(b" ")
    with pytest.raises(PackRefused, match=r"services\.csv"):
        Pack.open(copy, root)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "format"),
        ({"valid_from": "2026-11-23T05:00:00"}, "time zone"),
        ({"files": {"../up": {"sha256": "0" * 64, "size": 1}}}, "not a path"),
        ({"files": {"a/../b": {"sha256": "0" * 64, "size": 1}}}, "not a path"),
        ({"files": {"/etc/x": {"sha256": "0" * 64, "size": 1}}}, "not a path"),
        ({"files": {"a": {"sha256": "zz", "size": 1}}}, "SHA-256"),
        ({"files": {"a": {"sha256": "0" * 64, "size": -1}}}, "size"),
        ({"files": {"a": {"sha256": "0" * 64, "size": 1 << 40}}}, "size"),
        ({"files": []}, "cannot be read"),
        ({"version": "x"}, "cannot be read"),
    ],
)
def test_a_signed_but_odd_manifest_is_refused(signer, root, change, said):
    document = {
        "format": 1,
        "id": "t",
        "version": 1,
        "languages": ["en"],
        "valid_from": "2026-11-23T05:00:00+00:00",
        "files": {},
    } | change
    manifest = json.dumps(document).encode()
    with pytest.raises(PackRefused, match=said):
        trust.verdict(manifest, trust.sign(manifest, signer), root)


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000])
def test_signed_junk_is_refused(signer, root, junk):
    with pytest.raises(PackRefused):
        trust.verdict(junk, trust.sign(junk, signer), root)


def test_a_signature_over_the_bare_bytes_is_no_pack_signature(pack, signer, root):
    manifest = (pack / "pack.json").read_bytes()
    with pytest.raises(PackRefused):
        trust.verdict(manifest, signer.sign(manifest), root)


def test_time_and_version_matter_when_installing_only(pack, root, made):
    manifest, signature = (pack / "pack.json").read_bytes(), (pack / "pack.sig").read_bytes()
    trust.verdict(manifest, signature, root)
    trust.verdict(manifest, signature, root, now=made, version_floor=202611230500)
    with pytest.raises(PackRefused, match="clock"):
        trust.verdict(manifest, signature, root, now=made - timedelta(seconds=1))
    with pytest.raises(PackRefused, match="older"):
        trust.verdict(manifest, signature, root, version_floor=202611230501)


def test_the_manifest_encodes_to_the_bytes_it_was_read_from(pack):
    manifest = (pack / "pack.json").read_bytes()
    assert Manifest.decode(manifest).encode() == manifest


def test_the_same_sources_give_the_same_bytes(pack, tmp_path, signer, made):
    again = tmp_path / "again"
    build_default(again, signer, made)

    def digest(folder):
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert digest(again) == digest(pack)


FAULTY = [
    ("services.csv", b"code,", b"kode,", "no column 'code'"),
    ("services.csv", b",NRB,", b",NRX,", "agency 'NRX'"),
    ("services.csv", b",identity,", b",identify,", "category 'identify'"),
    (
        "services.csv",
        b"birth_cert parents_id school_cert",
        b"birth_cert nothing_such",
        "requirement",
    ),
    ("services.csv", b",V,V,V,", b",V,X,V,", "fee_status"),
    ("centres.csv", b",047,Nairobi City,GPO", b",999,Nairobi City,GPO", "county '999'"),
    ("holidays.csv", b"2026-12-25", b"2026-13-25", "line"),
    ("strings.csv", b"shell.next,Next,Endelea", b"shell.next,Next,", "no text in 'sw'"),
    ("strings.csv", b"Watu walio mbele yako: {n}", b"Watu: {m}", "{names}"),
    ("strings.csv", b"shell.next,Next", b"shell.listen,Next", "already says"),
    ("strings.csv", b"shell.next,Next", b"shell.next,Ne{xt", "shell.next"),
    ("synonyms.csv", b"kipande,NRB-01", b"kipande,NRB-99", "NRB-99"),
    ("forms.csv", b"NRB-02", b"NRB-98", "NRB-98"),
    ("forms.csv", b"title_sw", b"titel_sw", "no title_sw"),
    ("forms.csv", b"lost_id.xlsx", b"lost.xlsx", "lost.xlsx"),
    ("conventions.json", b'"valid_from": "2025-10-31"', b'"valid_from": "soon"', "fee_rules"),
    ("conventions.json", b"{", b"", "conventions.json"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), FAULTY)
def test_faulty_sources_stop_the_build_with_file_and_reason(
    tmp_path, signer, made, name, old, new, said
):
    sources = tmp_path / "sources"
    shutil.copytree(DEFAULT_SOURCES, sources, ignore=shutil.ignore_patterns("look"))
    source = (sources / name).read_bytes()
    assert old in source
    (sources / name).write_bytes(source.replace(old, new, 1))
    with pytest.raises(SourcesRefused) as refused:
        build(sources, tmp_path / "pack", signer, made, pack_id="t")
    assert said in str(refused.value)
    assert name in str(refused.value)
    assert refused.value.code == 33
    assert not (tmp_path / "pack").exists()


def test_a_folder_without_a_table_is_no_source(tmp_path, signer, made):
    with pytest.raises(SourcesRefused, match=r"agencies\.csv"):
        build(tmp_path, tmp_path / "pack", signer, made, pack_id="t")
    with pytest.raises(SourcesRefused, match="not a folder"):
        build(tmp_path / "none", tmp_path / "pack", signer, made, pack_id="t")
