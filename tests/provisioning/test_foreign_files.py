"""What is read of a file that somebody else made."""

from __future__ import annotations

import os

import pytest

from provisioning.foreign_files import open_foreign, read_foreign
from provisioning.identity.certificates import IdentityFault, Registry


@pytest.mark.parametrize("kind", ["link", "pipe", "device", "folder", "loop", "missing"])
def test_what_is_no_file_is_not_opened(tmp_path, kind):
    path = tmp_path / "named"
    match kind:
        case "link":
            (tmp_path / "real").write_bytes(b"x")
            path.symlink_to(tmp_path / "real")
        case "loop":
            path.symlink_to(path)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path = type(path)("/dev/zero")
    with pytest.raises(OSError, match=r".+"):
        open_foreign(path)
    with pytest.raises(IdentityFault):
        Registry.load(path, bytes(32))


def test_no_more_is_read_than_asked_for(tmp_path):
    path = tmp_path / "endless"
    path.touch()
    os.truncate(path, 1 << 40)
    assert read_foreign(path, 100) == bytes(101)
    path.write_bytes(b"abc")
    assert read_foreign(path, 100) == b"abc"
