"""What tells one workbook from another."""

import hashlib


def file_hash(content: bytes) -> str:
    """SHA-256 of a workbook's bytes, in hex; it holds for one RENDERER_VERSION."""
    return hashlib.sha256(content).hexdigest()
