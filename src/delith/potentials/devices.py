"""Where potentials of torch run."""

from __future__ import annotations

import torch

from delith.errors import MachineError


def check_device(device: str) -> None:
    """Find out whether this machine has a device, in torch's words.

    Raises
    ------
    MachineError
        If it has none.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise MachineError(f"cannot compute on {device!r} here: {reason}") from error
