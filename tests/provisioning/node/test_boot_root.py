"""The root of one boot: shared by the processes of a node, on no disk, another after a reboot."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.identity.keys import KeyFault
from provisioning.node import boot_root as module
from provisioning.node.boot_root import boot_root
from provisioning.node.private_folder import ForeignFolder, private_folder, scratch_folder


@pytest.fixture
def memory(tmp_path, monkeypatch) -> Path:
    """A place that counts as memory, a boot id that can be changed."""
    place = tmp_path / "memory"
    place.mkdir(mode=0o777)
    (tmp_path / "boot_id").write_text("first\n")
    (tmp_path / "mounts").write_text(f"tmpfs {place} tmpfs rw 0 0\n/dev/sda / ext4 rw 0 0\n")
    monkeypatch.setattr(module, "_PLACES", (place,))
    monkeypatch.setattr(module, "_BOOT_ID", tmp_path / "boot_id")
    monkeypatch.setattr(module, "_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(module, "_own", {})
    return place


@pytest.fixture
def node(tmp_path) -> Path:
    folder = tmp_path / "site" / "kiosk-1"
    folder.mkdir(parents=True)
    return folder


def test_all_who_ask_in_one_boot_get_the_same_and_the_next_boot_another(
    memory, node, tmp_path, ids
):
    first = boot_root(node, ids)
    assert first == boot_root(node, ids) == boot_root(node / ".", ids)
    (tmp_path / "boot_id").write_text("second\n")
    second = boot_root(node, ids)
    assert second != first
    assert second == boot_root(node, ids)


def test_two_nodes_have_two(memory, node, tmp_path, ids):
    other = node.parent / "kiosk-2"
    other.mkdir()
    assert boot_root(node, ids) != boot_root(other, ids)


def test_it_is_a_private_file_in_memory_and_nowhere_else(memory, node, tmp_path, ids):
    root = boot_root(node, ids)
    (folder,) = memory.iterdir()
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path != file]
    assert not [path for path in kept if root in path.read_bytes()]


def test_a_folder_somebody_else_may_write_in_is_refused(memory, node, ids):
    folder = memory / f"huduma-{os.geteuid()}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    with pytest.raises(KeyFault, match="remove it"):
        boot_root(node, ids)


def test_a_link_is_refused(memory, node, tmp_path, ids):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (memory / f"huduma-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFault, match="remove it"):
        boot_root(node, ids)


def test_without_memory_the_field_refuses_and_a_bench_keeps_it_in_the_process(
    memory, node, tmp_path, ids
):
    (tmp_path / "mounts").write_text(f"/dev/sda {memory} ext4 rw 0 0\n")
    with pytest.raises(KeyFault, match="tmpfs"):
        boot_root(node, ids, field=True)
    assert boot_root(node, ids) == boot_root(node, ids)
    assert list(memory.iterdir()) == []


def test_keys_of_sites_that_are_gone_are_forgotten(memory, node, tmp_path, ids):
    gone = tmp_path / "gone" / "kiosk-1"
    gone.mkdir(parents=True)
    boot_root(gone, ids)
    gone.rmdir()
    gone.parent.rmdir()
    boot_root(node, ids)
    assert len(list((memory / f"huduma-{os.geteuid()}").iterdir())) == 1


def test_processes_that_start_together_agree(node):
    code = (
        "import sys; from pathlib import Path; from provisioning.node.boot_root import boot_root;"
        "from provisioning.ids import SystemIds; from provisioning.clock import SystemClock;"
        "print(boot_root(Path(sys.argv[1]), SystemIds(SystemClock())).hex())"
    )
    command = [sys.executable, "-c", code, str(node)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


@pytest.mark.parametrize("kind", ["open to others", "a link", "a file"])
def test_a_foreign_scratch_folder_is_never_used(kind, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    wanted = tmp_path / f"huduma-kivy-{os.geteuid()}"
    if kind == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        wanted.symlink_to(tmp_path / "theirs")
    elif kind == "a file":
        wanted.write_text("")
    else:
        wanted.mkdir()
        wanted.chmod(0o755)
    with pytest.raises(ForeignFolder):
        private_folder(wanted)
    made = scratch_folder("kivy")
    assert made != wanted
    assert stat.S_IMODE(made.lstat().st_mode) == 0o700
    assert list(made.iterdir()) == []


def test_a_scratch_folder_of_our_own_is_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert (
        scratch_folder("kivy") == scratch_folder("kivy") == private_folder(scratch_folder("kivy"))
    )
