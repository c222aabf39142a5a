"""The fields of the interface's bodies: money as text in yuan, days as ISO text, everything else as short text."""

import datetime

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from settlement import cells

MISSING = "缺少这一项，请补上。"


class Strict:
    """Fields say in Chinese what is missing."""

    default_error_messages = {"required": MISSING, "null": "不能是 null；没有内容就不写这一项。"}


class Text(Strict, serializers.CharField):
    """Short text; a number is not text."""

    default_error_messages = {"blank": "不能为空。", "max_length": "最多 {max_length} 个字。", "invalid": "应是文字，写在引号里。"}

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def to_internal_value(self, data) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class _Cell(Strict, serializers.Field):
    """Text that is read as the calculator's files are: exactly, or refused with the sentence."""

    read = None

    def to_internal_value(self, data):
        if not isinstance(data, str):
            raise serializers.ValidationError("应是文字，写在引号里。", code="invalid")
        try:
            return type(self).read(data.strip())
        except cells.WrongCell as error:
            raise serializers.ValidationError(f"{error}。", code="invalid") from None


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,2})?$", "example": "12345.60"})
class Yuan(_Cell):
    """An amount in yuan, read as whole fen."""

    read = staticmethod(cells.amount)


@extend_schema_field({"type": "string", "format": "date", "example": "2017-09-10"})
class Day(_Cell):
    """A real day."""

    read = staticmethod(cells.date)

    def to_internal_value(self, data) -> datetime.date:
        return super().to_internal_value(data)


class Shape(serializers.Serializer):
    """A body: what is not described is refused rather than overlooked, for a misspelt amount would be lost in silence."""

    default_error_messages = {"invalid": "应是一个 JSON 对象，即 {{……}}。", "required": MISSING, "null": "不能是 null。"}

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            raise serializers.ValidationError(
                {name[:60]: [serializers.ErrorDetail("接口说明里没有这一项，请核对名字。", code="unknown_field")] for name in unknown[:20]}
            )
        return super().to_internal_value(data)
