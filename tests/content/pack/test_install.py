"""Installing a pack is all or nothing, keeps the one before, and never goes below the floor."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from content.authoring.build import DEFAULT_SOURCES, build
from content.faults import NoSpace, NotInPack, PackIncomplete, PackRefused
from content.pack.install import InstalledPacks, current_pack, read_floor, roll_back, versions
from content.pack.pack import Pack


@pytest.fixture(scope="module")
def built(tmp_path_factory, signer, made):
    """Three packs of the same content, a minute apart, without forms and fonts."""
    folder = tmp_path_factory.mktemp("offers")
    sources = folder / "sources"
    shutil.copytree(
        DEFAULT_SOURCES, sources, ignore=shutil.ignore_patterns("look", "forms", "forms.csv")
    )
    for minute in range(3):
        build(sources, folder / f"{minute}", signer, made + timedelta(minutes=minute), pack_id="t")
    return folder


@pytest.fixture
def offers(built, tmp_path):
    shutil.copytree(built, tmp_path / "offers")
    return [tmp_path / "offers" / f"{minute}" for minute in range(3)]


@pytest.fixture
def shelf(tmp_path, root):
    return InstalledPacks(tmp_path / "state", root)


@pytest.fixture
def later(made):
    return made + timedelta(days=1)


def tree(folder):
    return sorted(
        (path.relative_to(folder).as_posix(), path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    )


def test_a_pack_installs_and_opens(shelf, offers, later, root):
    installed = shelf.install(offers[0], later)
    assert not installed.already_current
    assert current_pack(shelf.state) == installed.folder
    Pack.open(current_pack(shelf.state), root)
    assert shelf.install(offers[0], later).already_current


def test_the_pack_before_is_kept_and_nothing_older(shelf, offers, later):
    numbers = [shelf.install(offer, later).version for offer in offers]
    assert versions(shelf.state) == (numbers[2], numbers[1])
    kept = sorted(folder.name for folder in (shelf.state / "packs").iterdir())
    assert kept == [str(numbers[1]), str(numbers[2])]


def test_a_step_back_and_no_further(shelf, offers, later, root):
    first = shelf.install(offers[0], later).version
    with pytest.raises(NotInPack):
        roll_back(shelf.state)
    second = shelf.install(offers[1], later).version
    assert roll_back(shelf.state) == first
    assert versions(shelf.state) == (first, second)
    Pack.open(current_pack(shelf.state), root)
    assert shelf.install(offers[2], later).version > second


def test_an_older_pack_is_refused_also_after_a_step_back(shelf, offers, later):
    shelf.install(offers[1], later)
    shelf.install(offers[2], later)
    before = tree(shelf.state)
    with pytest.raises(PackRefused, match="older"):
        shelf.install(offers[0], later)
    assert tree(shelf.state) == before
    roll_back(shelf.state)
    with pytest.raises(PackRefused, match="older"):
        shelf.install(offers[0], later)


def _pipe(path):
    path.unlink()
    os.mkfifo(path)


def _link(path, to):
    path.rename(path.parent / "elsewhere")
    path.symlink_to(to or path.parent / "elsewhere")


def _folder(path):
    path.unlink()
    path.mkdir()


SPOILT = {
    "flip": lambda bad, blob: blob.write_bytes(b"\x00" + blob.read_bytes()[1:]),
    "cut": lambda bad, blob: blob.write_bytes(blob.read_bytes()[:-1]),
    "missing": lambda bad, blob: blob.unlink(),
    "link": lambda bad, blob: _link(blob, None),
    "grown": lambda bad, blob: os.truncate(blob, 1 << 33),
    "pipe": lambda bad, blob: _pipe(blob),
    "folder": lambda bad, blob: _folder(blob),
    "manifest": lambda bad, _: (bad / "pack.json").open("ab").write(b" "),
    "manifest pipe": lambda bad, _: _pipe(bad / "pack.json"),
    "manifest link": lambda bad, _: _link(bad / "pack.json", "/dev/zero"),
    "endless manifest": lambda bad, _: os.truncate(bad / "pack.json", 1 << 40),
    "signature pipe": lambda bad, _: _pipe(bad / "pack.sig"),
    "endless signature": lambda bad, _: os.truncate(bad / "pack.sig", 1 << 40),
    "future": lambda bad, _: None,
}


@pytest.mark.parametrize("act", SPOILT)
def test_a_bad_pack_changes_nothing(shelf, offers, later, made, act):
    shelf.install(offers[0], later)
    before = tree(shelf.state)
    bad = offers[1]
    blob = next(p for p in sorted((bad / "blobs").iterdir()) if p.stat().st_size > 1000)
    SPOILT[act](bad, blob)
    with pytest.raises((PackRefused, PackIncomplete)):
        shelf.install(bad, made if act == "future" else later)
    assert tree(shelf.state) == before


def test_too_little_space_is_said_before_anything_is_copied(shelf, offers, later, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(NoSpace) as refused:
        shelf.install(offers[0], later)
    assert refused.value.code == 32
    assert versions(shelf.state) == (None, None)


def test_too_little_space_is_seventeen_million_bytes_beside_the_files(
    shelf, offers, later, monkeypatch
):
    """16 MiB stay free for what the device writes meanwhile."""
    need = sum(path.stat().st_size for path in (offers[0] / "blobs").iterdir()) + (16 << 20)
    free = [need - 1]
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(need * 9, need, free[0])
    )
    with pytest.raises(NoSpace):
        shelf.install(offers[0], later)
    free[0] = need
    assert shelf.install(offers[0], later).version


@pytest.mark.parametrize(
    ("number", "fault"), [(errno.ENOSPC, NoSpace), (errno.EIO, PackIncomplete)]
)
def test_a_disk_that_fills_or_fails_during_the_copy_leaves_nothing(
    shelf, offers, later, monkeypatch, number, fault
):
    shelf.install(offers[0], later)
    before = tree(shelf.state)

    def failing(_descriptor):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(fault):
            shelf.install(offers[1], later)
    assert tree(shelf.state) == before
    assert shelf.install(offers[1], later).version


@pytest.fixture
def on_disk(monkeypatch):
    """What was made durable, in order: each flushed file with the bytes it had by then, each
    folder whose names were flushed, and each name that was moved to its place.
    """
    seen = []
    fsync, replace, rename = os.fsync, Path.replace, Path.rename

    def flush(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(("names", path.name) if path.is_dir() else (path.name, path.stat().st_size))
        fsync(descriptor)

    def moved(move):
        def moving(self, target):
            seen.append(("moved", Path(target).name))
            return move(self, target)

        return moving

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", moved(replace))
    monkeypatch.setattr(Path, "rename", moved(rename))
    return seen


def test_all_of_a_pack_is_on_the_disk_before_its_name_and_its_name_before_the_link(
    shelf, offers, later, on_disk
):
    first = shelf.install(offers[0], later).version
    on_disk.clear()
    version = shelf.install(offers[1], later).version
    part = f"{version}.part"
    named = on_disk.index(("moved", str(version)))
    source = offers[1]
    wanted = {(blob.name, blob.stat().st_size) for blob in (source / "blobs").iterdir()}
    wanted |= {(name, (source / name).stat().st_size) for name in ("pack.json", "pack.sig")}
    wanted |= {("names", "blobs"), ("names", part)}
    assert wanted <= set(on_disk[:named]), "all its bytes and names, before it has a name"
    assert on_disk[:named].index(("names", part)) > on_disk.index(
        ("pack.json", (source / "pack.json").stat().st_size)
    )
    rest = on_disk[named + 1 :]
    assert rest[0] == ("names", "packs")
    moves = [entry for entry in rest if entry[0] == "moved"]
    assert moves == [("moved", "floor"), ("moved", "previous"), ("moved", "current")]
    for place, entry in enumerate(rest):
        if entry[0] == "moved":
            assert rest[place + 1] == ("names", shelf.state.name), entry
    assert versions(shelf.state) == (version, first)
    assert read_floor(shelf.state) == version


def test_the_first_pack_and_one_put_in_again_have_no_other_before_them(
    shelf, offers, later, on_disk
):
    first = shelf.install(offers[0], later)
    assert not first.already_current
    assert (first.version, first.folder) == (read_floor(shelf.state), current_pack(shelf.state))
    assert ("moved", "previous") not in on_disk
    shutil.rmtree(first.folder)
    again = shelf.install(offers[0], later)
    assert not again.already_current
    assert versions(shelf.state) == (first.version, None)
    second = shelf.install(offers[1], later)
    shelf.install(offers[1], later)
    assert versions(shelf.state) == (second.version, first.version)


class PowerCut(BaseException):
    pass


def test_a_power_cut_at_any_write_leaves_a_whole_pack(tmp_path, offers, later, root, monkeypatch):
    """Cut at the n-th fsync for every n: the pack in use is always whole, and installing again
    succeeds."""
    shelf = InstalledPacks(tmp_path / "state", root)
    first = shelf.install(offers[0], later).version
    second = None
    fsync = os.fsync
    for cut_at in range(200):
        state = tmp_path / f"try{cut_at}"
        shutil.copytree(shelf.state, state, symlinks=True)
        left = [cut_at]

        def cutting(descriptor, left=left):
            if left[0] == 0:
                raise PowerCut
            left[0] -= 1
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", cutting)
        trial = InstalledPacks(state, root)
        try:
            second = trial.install(offers[1], later).version
        except PowerCut:
            second = None
        finally:
            monkeypatch.setattr(os, "fsync", fsync)
        whole = Pack.open(current_pack(state), root)
        assert whole.manifest.version in {first, Pack.open(offers[1], root).manifest.version}
        again = trial.install(offers[1], later)
        Pack.open(current_pack(state), root)
        assert versions(state) == (again.version, first)
        assert read_floor(state) == again.version
        shutil.rmtree(state)
        if second is not None:
            break
    else:
        pytest.fail("the install never finished")
    assert cut_at > 5
