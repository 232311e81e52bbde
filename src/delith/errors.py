"""What Delith raises when the input, not the code, is at fault.

The command line turns every `DelithError` into one message and exit code 2; anything else is a
bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class DelithError(ValueError):
    """Something the user can mend; the message says what was wrong and what to do."""


class MachineError(DelithError):
    """The machine failed, not the calculation, which can be repeated: nothing is stored of it."""


class DelithWarning(UserWarning):
    """Something the user should know about, although the result stands."""


def writable(folder: Path) -> AbstractContextManager[None]:
    """Say of what cannot be written there that another folder may be chosen.

    Raises
    ------
    DelithError
        Of every `OSError` within.
    """
    return _said(
        lambda reason: (
            f"cannot write to {folder} ({reason}): choose a folder you may write to "
            "with -o. Records already stored are safe."
        )
    )


def readable(path: Path) -> AbstractContextManager[None]:
    """Say of a file or folder that it cannot be read.

    Raises
    ------
    DelithError
        Of every `OSError` within.
    """
    return _said(lambda reason: f"cannot read {path}: {reason}.")


def written(path: Path) -> AbstractContextManager[None]:
    """Say of a file that it cannot be written.

    Raises
    ------
    DelithError
        Of every `OSError` within.
    """
    return _said(lambda reason: f"cannot write {path}: {reason}.")


@contextmanager
def _said(words: Callable[[str], str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DelithError(words(error.strerror or str(error))) from error


def validated(model: type[Model], given: object, what: str) -> Model:
    """Check what was given for a model.

    Raises
    ------
    DelithError
        Naming each key or value that it does not take, and the keys that it does.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise DelithError(_explained(error, what, model)) from error


def _explained(error: ValidationError, what: str, model: type[BaseModel]) -> str:
    lines = []
    failed = [item["loc"] for item in error.errors()]
    for item in error.errors():
        within = [loc for loc in failed if loc[: len(item["loc"])] == item["loc"]]
        if item["type"] == "too_short" and len(within) > 1:
            continue  # because of what is wrong within, which is said
        where = ".".join(str(part) for part in item["loc"]) or what
        if item["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields)
            hint = f" (keys of a {what}: {known})" if len(item["loc"]) == 1 else ""
            lines.append(f"{where}: no such key{hint}")
        else:
            lines.append(f"{where}: {item['msg']}, got {item['input']!r:.60}")
    return "; ".join(lines)
