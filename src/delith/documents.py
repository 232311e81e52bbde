"""YAML files that users write."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from delith.errors import DelithError, Model, validated


class _KeysOnce(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML would take the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, count in Counter(keys).items():
            if count > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key[1]} is there {count} times", node.start_mark
                )
        return super().construct_mapping(node, deep)


def read(path: Path, model: type[Model], what: str) -> Model:
    """Read a file into its model.

    Parameters
    ----------
    path : Path
    model : type
        Pydantic model of its keys.
    what : str
        What the file is called in messages, such as ``study``.

    Raises
    ------
    DelithError
        If the file cannot be read, is no YAML, has a key twice, or a key or value that the model
        does not take; the message names each.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _KeysOnce)
    except OSError as error:
        raise DelithError(f"cannot read the {what} file {path}: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: bytes that are no text, the 13th month, numbers of thousands of digits
        raise DelithError(f"{path} is no YAML: {error}") from error
    if not isinstance(content, dict):
        required = [f"{name}:" for name, field in model.model_fields.items() if field.is_required()]
        raise DelithError(
            f"{path} must hold keys such as {' and '.join(required)}, as in the README."
        )
    try:
        return validated(model, content, what)
    except DelithError as error:
        raise DelithError(f"{path}: {error}") from error
