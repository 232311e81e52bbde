"""A network of more channels that begins as a narrower one.

What is full can hold more without being taught anew: new channels hear the old ones and each other,
and nobody hears them yet (Chen, Goodfellow and Shlens, ICLR 2016, arXiv:1511.05641, who copy units
instead).
"""

from __future__ import annotations

import warnings
from typing import Any

from delith.errors import DelithError


def widened(network: Any, channels: int, seed: int = 0) -> Any:
    """Give a MACE network more scalar channels.

    Parameters
    ----------
    network : mace.modules.ScaleShiftMACE
        Of scalar messages, as ``delith train`` makes them; not altered.
    channels : int
        More than it has.
    seed : int
        Of the weights of the new channels.

    Returns
    -------
    mace.modules.ScaleShiftMACE
        With the same energies.

    Raises
    ------
    DelithError
        If its messages are not scalars alone.
    """
    import torch  # slow to import
    from mace.tools.scripts_utils import extract_config_mace_model
    from mace.tools.torch_tools import default_dtype

    config = extract_config_mace_model(network)
    hidden = config["hidden_irreps"]
    check_scalars(hidden)
    precision = {torch.float32: "float32", torch.float64: "float64"}
    with (
        torch.random.fork_rng(),
        default_dtype(precision[network.r_max.dtype]),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of how mace-torch copies its own numbers
        torch.manual_seed(seed)
        wide = type(network)(**config | {"hidden_irreps": type(hidden)(f"{channels}x0e")})
    with torch.no_grad():
        modules = dict(wide.named_modules())
        for name, module in network.named_modules():
            _settle(modules[name], module, hidden.count("0e"))
    return wide


def check_scalars(hidden: Any) -> None:
    """Refuse messages that are not scalars alone.

    Raises
    ------
    DelithError
    """
    if hidden.lmax > 0:
        raise DelithError(f"channels: messages {hidden} cannot be widened, scalars alone can.")


def _settle(wide: Any, narrow: Any, channels: int) -> None:
    """Put the weights of a module into the wider one."""
    if getattr(narrow, "weight_numel", 0) and getattr(narrow, "internal_weights", True):
        # of e3nn: a weight for each pair of inputs and outputs, scaled by how many there are
        views = zip(wide.weight_views(), narrow.weight_views(), strict=True)
        scales = [
            path.path_weight / into.path_weight
            for into, path in zip(wide.instructions, narrow.instructions, strict=True)
        ]
        for (new, old), scale in zip(views, scales, strict=True):
            new[old.shape[0] :, ..., : old.shape[-1]] = 0
            new[tuple(map(slice, old.shape))] = old * scale
        return
    tensors = dict(wide.named_parameters(recurse=False)) | dict(wide.named_buffers(recurse=False))
    known = [*narrow.named_parameters(recurse=False), *narrow.named_buffers(recurse=False)]
    for name, old in known:
        new = tensors[name]
        if new.shape == old.shape:
            new.copy_(old)
        elif name != "output_mask":  # a weight for each channel of each path
            paths = (*old.shape[:-1], -1)
            wider = new.shape[-1] * channels // old.shape[-1]
            new.view(*paths, wider)[..., :channels] = old.view(*paths, channels)
