"""Durable files: whole or not at all, and flushed before they are named."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from provisioning.durable_files import create_file, replace_file, sync_folder, write_file


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reached the disk, in order: `fsync NAME` and `rename NAME`."""
    seen: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flush(descriptor: int) -> None:
        seen.append("fsync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        seen.append("rename " + target.name)
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", rename)
    return seen


def test_a_replaced_file_is_flushed_then_named_then_its_folder_flushed(tmp_path, calls):
    replace_file(tmp_path / "floor", b"2026")
    fresh = f"floor.{os.getpid()}.new"
    assert calls == [f"fsync {fresh}", "rename floor", f"fsync {tmp_path.name}"]
    assert [each.name for each in tmp_path.iterdir()] == ["floor"]


def test_nothing_is_left_in_this_process_when_a_file_is_flushed(tmp_path, monkeypatch):
    """A flush (fsync) of a file whose bytes are still in a buffer here makes nothing durable."""
    flushed: list[int] = []
    fsync = os.fsync

    def flush(descriptor: int) -> None:
        flushed.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", flush)
    create_file(tmp_path / "key", b"secret")
    write_file(tmp_path / "blob", b"x" * 70_000)
    assert flushed == [6, 70_000]
    replace_file(tmp_path / "floor", b"2026")
    assert flushed[2] == 4


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_full_disk_leaves_the_old_content(tmp_path, monkeypatch, fails):
    path = tmp_path / "floor"
    replace_file(path, b"old")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync" if fails == "fsync" else "open", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"


def test_a_created_file_is_private_flushed_and_never_over_another(tmp_path, calls):
    path = tmp_path / "signing.key"
    create_file(path, b"secret")
    sync_folder(tmp_path)
    assert calls == ["fsync signing.key", f"fsync {tmp_path.name}"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_file(path, b"other")
    assert path.read_bytes() == b"secret"


def test_a_written_file_is_flushed(tmp_path, calls):
    write_file(tmp_path / "blob", b"x" * 70_000)
    assert calls == ["fsync blob"]
    assert (tmp_path / "blob").stat().st_size == 70_000
