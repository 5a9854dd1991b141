"""How the forms of YAML say what a key means and what should stand there, in English and in Chinese."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

_REQUIRED = object()


def about(en: str, zh: str, default: object = _REQUIRED, **more: Any) -> Any:
    """A key with its meaning.

    A default that is no single word or number is kept out of the JSON Schema, which cannot write it.

    Args:
        en: what the key means, in English.
        zh: the same in Chinese.
        default: what holds where the key is absent; not given: the key must stand in its section.
        more: what else pydantic's Field takes, such as alias.
    """
    how: dict[str, Any] = {"default": default} if isinstance(default, (str, int, float, type(None))) else {"default_factory": lambda: default}
    return Field(description=en, json_schema_extra={"description_zh": zh}, **({} if default is _REQUIRED else how), **more)


def meaning_of(field: FieldInfo) -> tuple[str, str]:
    """What a key means, in English and in Chinese; one that is declared without Chinese reads the same in both."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return str(field.description), str(extra.get("description_zh", field.description))


def expected(en: str, zh: str) -> PydanticCustomError:
    """The complaint of a validator: what should stand here, in English and in Chinese."""
    return PydanticCustomError("expected", "{en}", {"en": en, "zh": zh})
