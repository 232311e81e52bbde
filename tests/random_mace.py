"""MACE models of random weights: small, quick, and as wild as any potential will be."""

from pathlib import Path

import numpy as np

ELEMENTS = (3, 8, 27)


def random_mace(
    path: Path, seed: int = 0, cutoff: float = 4.5, elements=ELEMENTS, hidden: str = "8x0e"
) -> Path:
    """Write an untrained model."""
    # by way of our adapter, which leaves torch's safe loading on
    from delith.potentials import mace as _  # noqa: F401, I001
    import torch
    from e3nn import o3
    from mace import modules
    from mace.tools.torch_tools import default_dtype

    block = modules.interaction_classes["RealAgnosticResidualInteractionBlock"]
    with default_dtype("float32"):
        torch.manual_seed(seed)
        model = modules.ScaleShiftMACE(
            r_max=cutoff,
            num_bessel=6,
            num_polynomial_cutoff=5,
            max_ell=2,
            interaction_cls=block,
            interaction_cls_first=block,
            num_interactions=2,
            num_elements=len(elements),
            hidden_irreps=o3.Irreps(hidden),
            MLP_irreps=o3.Irreps("8x0e"),
            atomic_energies=np.linspace(-5.0, -1.0, len(elements)),
            avg_num_neighbors=20.0,
            atomic_numbers=list(elements),
            correlation=2,
            gate=torch.nn.functional.silu,
            radial_type="bessel",
            radial_MLP=[16],
            atomic_inter_scale=1.0,
            atomic_inter_shift=0.0,
        )
    torch.save(model, path)
    return path
