"""Reads a request's body as JSON without surprises: no NaN, no number too long, no name twice, nothing the database cannot keep."""

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1024 * 1024
DEEPEST = 8
LONGEST_TEXT = 4000


class StrictJSON(BaseParser):
    """One JSON value in UTF-8; raises ParseError with the sentence."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        try:
            value = json.loads(stream.read().decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
        except ParseError:
            raise
        except UnicodeDecodeError:
            raise ParseError("内容不是 UTF-8 编码，请转换后再发。") from None
        except (ValueError, RecursionError):
            raise ParseError("内容不是有效的 JSON，请核对引号、逗号和括号。") from None
        check(value)
        return value


class AlwaysJSON(BaseContentNegotiation):
    """There is one answer, whatever the caller says it would rather have."""

    def select_parser(self, request, parsers):
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def _no_constant(name: str) -> None:
    raise ParseError(f"JSON 里没有 {name} 这样的数，请改正。")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("同一层里有重复的名字，不能判断以哪一个为准，请删去重复的。")
    return found


def check(value: Any, depth: int = 0) -> None:
    """Refuse what is nested too deep and text that no database column holds."""
    if depth > DEEPEST:
        raise ParseError("内容嵌套太深，请按接口说明发送。")
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ParseError(f"有一段文字超过 {LONGEST_TEXT} 个字，请按接口说明发送。")
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ParseError("文字里有无法保存的字符（空字符或半个代理对），请去掉后再发。")
    elif isinstance(value, dict):
        for name, inner in value.items():
            check(name, depth + 1)
            check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check(inner, depth + 1)
