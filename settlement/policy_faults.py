"""What is wrong with a policy's text as a whole, before it is kept: the file's own faults, and what this ledger does not know."""

import re
import unicodedata
from collections.abc import Container, Iterator

from ledger.actions.refusals import Refused
from settlement import policy_file
from settlement.engine.policy import Policy
from settlement.entitlement import CODES
from settlement.policy_check import Fault

# How long each may be where it is kept: in versions, lines of settlements, hospital levels, price limits.
LENGTHS = {"code": 40, "title": 120, "document": 60, "area": 40}
LAYER = LEVEL_NAME = 40
LEVEL = 20
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class TextRefused(Refused):
    """The text states no policy that could be kept; ``faults`` are all of them, each a key and a sentence."""

    def __init__(self, faults: list[Fault]):
        super().__init__(f"政策文件有 {len(faults)} 处要改，还没有保存。")
        self.faults = faults


def checked(text: str, diseases: Container[str]) -> Policy:
    """The policy that a text states. Raises TextRefused with every fault at once."""
    try:
        policy = policy_file.parse(text, "")
    except policy_file.PolicyFaults as found:
        raise TextRefused([_split(fault) for fault in found.faults]) from None
    if faults := [*_stored(policy), *_unknown(policy, diseases)]:
        raise TextRefused(faults)
    return policy


def _split(fault: str) -> Fault:
    """The reader writes "file: key: sentence"."""
    _, key, sentence = fault.split(": ", 2)
    return key, sentence


def _stored(policy: Policy) -> Iterator[Fault]:
    """Names that are too long for their place, or that no page could show."""
    for key, longest in LENGTHS.items():
        yield from _name(key, getattr(policy, key), longest)
    if not CODE.fullmatch(policy.code):
        yield "code", "只能用小写字母、数字和短横线，例如 liuzhou-2018"
    for layer in policy.layers:
        yield from _name(f"layers.{layer.name}.name", layer.name, LAYER)
        yield from _name(f"layers.{layer.name}.title", layer.title, LAYER)
    for code, name in policy.level_names.items():
        yield from _name(f"levels.{code}", name, LEVEL_NAME)
    for code in {*policy.level_names, *policy.levels}:
        if len(code) > LEVEL or not CODE.fullmatch(code):
            yield f"levels.{code}", f"级别代码只能用小写字母、数字和短横线，最多 {LEVEL} 个字"


def _name(key: str, words: str, longest: int) -> Iterator[Fault]:
    if len(words) > longest:
        yield key, f"最多 {longest} 个字，现在是 {len(words)} 个"
    if any(unicodedata.category(character)[0] == "C" for character in words):
        yield key, "含有看不见的控制字符，请重新输入"


def _unknown(policy: Policy, diseases: Container[str]) -> Iterator[Fault]:
    """Codes that no person or case of the ledger could ever bear: such a rule would silently never apply."""
    known = set(CODES.values())
    for code in sorted(policy.categories.keys() - known):
        yield f"categories.{code}", f"台账没有这一类别，只有 {'、'.join(sorted(known))}"
    for name, condition in policy.conditions.items():
        for key in ("diseases", "not_diseases"):
            for code in sorted(code for code in getattr(condition, key) if code not in diseases):
                yield f"conditions.{name}.{key}", f"台账的病种表中没有“{code}”"
