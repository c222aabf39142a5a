"""The one file of a backup: the dump and what it says of itself, written whole or not at all, read only when it is whole."""

import fcntl
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from config.backup.contents import sealed_manifest
from ledger.actions.refusals import Refused

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
PIECE = 1024 * 1024
NOT_WHOLE = "这个文件不是台账的备份，或者没有复制完整：{}。请从备份的地方重新复制一份。"


@dataclass(frozen=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    manifest: dict


def write_archive(path: Path, manifest: dict, dump: Callable[[IO[bytes]], None]) -> Made:
    """Write the file beside its place under a hidden name, and give it its own name when it is whole.

    ``dump`` writes the database's copy into the stream that it is given; what it raises leaves no file behind.
    """
    if path.exists():
        raise Refused(f"{path} 已经有了。备份不覆盖旧的备份，请换一个文件名，或只写文件夹，由系统按时间取名。")
    if not path.parent.is_dir():
        raise Refused(f"没有文件夹 {path.parent}。请先建好，再运行一次。")
    try:
        with _draft_of(path) as (draft, file):
            with ZipFile(file, "w", ZIP_STORED, allowZip64=True) as archive:
                with archive.open(_entry(DUMP), "w", force_zip64=True) as entry:
                    counted = _Hashed(entry)
                    dump(counted)
                manifest = {**manifest, "format": FORMAT, "dump_sha256": counted.hash.hexdigest(), "dump_bytes": counted.size}
                sealed = {**manifest, "seal": sealed_manifest(manifest)}
                archive.writestr(_entry(MANIFEST), json.dumps(sealed, ensure_ascii=False, indent=1))
            file.flush()
            os.fsync(file.fileno())
            draft.rename(path)
        _settle(path.parent)
    except OSError as error:
        raise Refused(f"备份没有写成（{error.strerror or error}）：{path}。请看文件夹的权限和剩余空间。") from None
    return Made(path, path.stat().st_size, sealed)


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[dict, ZipFile]]:
    """The manifest and the archive of a backup whose every byte was read and compared first. Raises Refused."""
    try:
        with ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise Refused("这份备份的格式这个版本不认识。请先把系统升级到做备份时的版本或更新的版本。")
            _require_whole(archive, manifest)
            yield manifest, archive
    except OSError as error:
        raise Refused(f"读不到备份 {path}（{error.strerror or error}）。") from None
    except (BadZipFile, KeyError, ValueError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Refused(NOT_WHOLE.format("读不出来")) from error


def is_sealed(manifest: dict) -> bool:
    """Whether what the backup says of itself was written with our key."""
    return manifest.get("seal") == sealed_manifest({key: value for key, value in manifest.items() if key != "seal"})


def _require_whole(archive: ZipFile, manifest: dict) -> None:
    sha256, size = hashlib.sha256(), 0
    with archive.open(DUMP) as entry:
        while piece := entry.read(PIECE):
            sha256.update(piece)
            size += len(piece)
    if (sha256.hexdigest(), size) != (manifest["dump_sha256"], manifest["dump_bytes"]):
        raise Refused(NOT_WHOLE.format("内容和校验值不一致"))


class _Hashed:
    """Passes what is written on, and keeps its SHA-256 and length."""

    def __init__(self, to: IO[bytes]):
        self.to, self.hash, self.size = to, hashlib.sha256(), 0

    def write(self, piece: bytes) -> int:
        self.hash.update(piece)
        self.size += len(piece)
        return self.to.write(piece)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o600 << 16
    return entry


@contextmanager
def _draft_of(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A hidden file beside the place, ours alone; it goes when it was not given its name. Those of killed backups go too."""
    for left in path.parent.glob(".*.unfinished"):
        _remove_if_nobodys(left)
    draft = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    file = os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b")
    try:
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield draft, file
    finally:
        draft.unlink(missing_ok=True)


def _remove_if_nobodys(draft: Path) -> None:
    """A backup that still runs holds its draft locked; that of a killed one is free."""
    try:
        with open(draft, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink(missing_ok=True)
    except OSError:
        return


def _settle(folder: Path) -> None:
    """Have the folder's entry on the disk too, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
