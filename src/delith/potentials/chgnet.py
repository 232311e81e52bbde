"""CHGNet as an ASE calculator: one graph, one forward and one backward pass a call.

The network is chgnet's own, weights and layers, arranged to do less work:

- Forces and stress both follow from the derivative of the energy with respect to the pair
  vectors, which one backward pass gives; the weights are constants in it.
- The first linear map of each gated perceptron acts on joined features of atoms, bonds and
  angles. It is applied to each part where that part lives and the results are added, so an
  atom's share is computed once, not once for each of its hundred pairs or three hundred angles.
- The last angle update, which nothing reads, is left out.

CHGNet: Deng et al., Nat. Mach. Intell. 5, 1031 (2023), doi:10.1038/s42256-023-00716-3.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.data import chemical_symbols
from ase.stress import full_3x3_to_voigt_6_stress
from chgnet.model.functions import GatedMLP
from chgnet.model.layers import AtomConv
from chgnet.model.model import CHGNet
from torch import Tensor
from torch.nn.functional import linear, silu

from delith.errors import DelithError
from delith.potentials.batches import Evaluation, Results
from delith.potentials.checks import check_atoms, check_results
from delith.potentials.devices import check_device
from delith.potentials.entry import PotentialInfo
from delith.potentials.graph import Crystal, Graph
from delith.potentials.neighbours import Neighbours, Topology


def load(
    weights: tuple[Path, ...], info: PotentialInfo, device: str, precision: str
) -> CHGNetCalculator:
    """Read CHGNet's `weights` into a calculator on `device`."""
    check_device(device)
    (file,) = weights
    # chgnet announces itself on standard output, which belongs to the command line.
    with contextlib.redirect_stdout(io.StringIO()):
        model = CHGNet.from_file(str(file), mlp_out_bias=False)
    model = model.double() if precision == "double" else model
    return CHGNetCalculator(model.to(device), info.elements)


class CHGNetCalculator(Calculator):
    """Energy, forces, stress and magnetic moments of a periodic crystal from CHGNet.

    Parameters
    ----------
    model : chgnet.model.CHGNet
        The network; its parameters are frozen.
    elements : tuple of str or None
        Chemical symbols it was trained on; None for all it has a place for, H to Pu.

    Notes
    -----
    `calculate` raises `DelithError` for atoms it cannot describe (a direction that is not
    periodic, an unknown element, an atom with no neighbour) and `CalculationFailed` where
    positions or results are not finite. Magnetic moments are magnitudes, in μB.

    The network works in the precision of its parameters. In single, as trained, forces carry
    noise of up to 5e-5 eV/Å and energies of 3e-7 eV an atom: relaxing below 1e-3 eV/Å chases noise.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmoms"]  # noqa: RUF012

    def __init__(self, model: CHGNet, elements: tuple[str, ...] | None = None) -> None:
        super().__init__()
        self.model = model.eval().requires_grad_(False)
        self.elements = elements
        self.evaluate: Evaluation = self._evaluate
        self._reference = model.composition_model.fc.weight.double().flatten().cpu().numpy()
        self._graph: Graph | None = None
        self.forget()

    def forget(self) -> None:
        """Find neighbours anew: in which order they are summed must not depend on what was."""
        converter = self.model.graph_converter
        self._neighbours = Neighbours(converter.atom_graph_cutoff, converter.bond_graph_cutoff)

    def sharing(self, evaluate: Evaluation) -> CHGNetCalculator:
        """Return a calculator of the same network whose evaluation is another."""
        other = CHGNetCalculator(self.model, self.elements)
        other.evaluate = evaluate
        return other

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once: they share the one pass."""
        super().calculate(atoms, properties, system_changes)
        atoms = self.atoms
        check_atoms(atoms, "CHGNet", self.elements or chemical_symbols[1:95])
        vectors, topology = self._neighbours(atoms)
        _check_company(topology, len(atoms))
        crystal = Crystal(atoms.numbers.copy(), vectors, topology, atoms.get_volume())
        (results,) = self.evaluate([crystal])
        check_results("CHGNet", *(results[name] for name in ("energy", "forces", "stress")))
        self.results = results

    def _evaluate(self, crystals: Sequence[Crystal]) -> list[Results]:
        """Compute several crystals in one pass."""
        topologies = [crystal.topology for crystal in crystals]
        sizes = [len(crystal.numbers) for crystal in crystals]
        device = self.model.site_wise.weight.device
        if self._graph is None or not self._graph.holds(topologies):
            self._graph = Graph(topologies, sizes, device)
        numbers = np.concatenate([crystal.numbers for crystal in crystals])
        vectors = np.concatenate([c.vectors for c in crystals])[self._graph.order]
        leaf = torch.as_tensor(vectors, device=device).requires_grad_()
        told = _site_energies(
            self.model, torch.as_tensor(numbers, device=device), leaf, self._graph
        )
        (slope,) = torch.autograd.grad(told[0].sum(), leaf)
        energies, magmoms = (each.detach().double().cpu().numpy() for each in told)
        energies += self._reference[numbers - 1]
        slopes = np.empty(vectors.shape)
        slopes[self._graph.order] = slope.cpu().numpy()

        atom_ends = np.cumsum(sizes)[:-1]
        pair_ends = np.cumsum([len(topology.first) for topology in topologies])[:-1]
        parts = zip(
            crystals,
            np.split(energies, atom_ends),
            np.split(magmoms, atom_ends),
            np.split(slopes, pair_ends),
            strict=True,
        )
        return [_told(*part) for part in parts]


def _told(
    crystal: Crystal, energies: np.ndarray, magmoms: np.ndarray, slopes: np.ndarray
) -> Results:
    """Results of a crystal, from each atom's energy and the slope of it all with each vector.

    These sums run in double precision, which keeps all that the network gives.
    """
    forces = np.zeros((len(crystal.numbers), 3))
    np.add.at(forces, crystal.topology.first, slopes)
    np.subtract.at(forces, crystal.topology.second, slopes)
    stress = crystal.vectors.T @ slopes / crystal.volume
    energy = float(energies.sum())
    return {
        "energy": energy,
        "free_energy": energy,
        "forces": forces,
        "stress": full_3x3_to_voigt_6_stress(stress),
        "magmoms": magmoms,
    }


def _check_company(topology: Topology, atoms: int) -> None:
    alone = np.ones(atoms, dtype=bool)
    alone[topology.first] = alone[topology.second] = False
    if alone.any():
        raise DelithError(f"CHGNet cannot describe atom {alone.argmax()}: nothing is near it.")


def _site_energies(
    model: CHGNet, numbers: Tensor, vectors: Tensor, graph: Graph
) -> tuple[Tensor, Tensor]:
    """Energy (eV, without its element's reference) and magnetic moment of each atom."""
    bonds, basis = graph.bonds, model.bond_basis_expansion
    precision = model.site_wise.weight.dtype
    lengths = torch.linalg.vector_norm(vectors, dim=1)
    units = vectors[:bonds] / lengths[:bonds, None]
    arrows = torch.cat([units, -units])
    cosines = arrows.index_select(0, graph.arrow) * arrows.index_select(0, graph.other)
    # As chgnet's, but in double: bonds in line, as O-Co-O is, amplify rounding a thousandfold.
    angles = torch.acos(cosines.sum(1) * (1 - 1e-6)).to(precision)
    angles = model.angle_embedding(model.angle_basis_expansion.fourier_expansion(angles))
    lengths = lengths.to(precision)
    pair_basis = basis.rbf_expansion_ag(lengths)
    bond_basis = basis.rbf_expansion_bg(lengths[:bonds])
    pair_weights = model.bond_weights_ag(pair_basis)
    bond_weights = model.bond_weights_bg(bond_basis)
    other_weights = bond_weights.index_select(0, graph.other_bond)

    atoms = model.atom_embedding(numbers - 1)
    # Only bonds are updated; the features of longer pairs stay as embedded.
    near, far = model.bond_embedding(pair_basis).tensor_split([bonds])
    *updates, last = model.atom_conv_layers
    layers = zip(updates, model.bond_conv_layers, [*model.angle_layers[:-1], None], strict=True)
    for atom_layer, bond_layer, angle_layer in layers:
        atoms = _update_atoms(atom_layer, atoms, torch.cat([near, far]), pair_weights, graph)
        change = _gated(bond_layer.twoBody_bond, _joined_angles(atoms, near, angles, graph))
        # The weight of the bond itself is common to its angles, so it waits for their sum.
        sums = near.new_zeros(2 * bonds, near.shape[1])
        sums = sums.index_add(0, graph.arrow, change * other_weights)
        near = near + bond_layer.mlp_out(sums.view(2, *near.shape).sum(0) * bond_weights)
        if angle_layer is not None:
            angles = angles + _gated(
                angle_layer.twoBody_bond, _joined_angles(atoms, near, angles, graph)
            )
    magmoms = model.site_wise(atoms).abs().squeeze(1)
    atoms = _update_atoms(last, atoms, torch.cat([near, far]), pair_weights, graph)
    return model.mlp(model.readout_norm(atoms)).squeeze(1), magmoms


def _update_atoms(
    layer: AtomConv, atoms: Tensor, pairs: Tensor, weights: Tensor, graph: Graph
) -> Tensor:
    def joined(weight: Tensor, bias: Tensor) -> Tensor:
        centre, pair, neighbour = weight.split(atoms.shape[1], dim=1)
        ends = linear(atoms, centre, bias).index_select(0, graph.centre) + linear(
            atoms, neighbour
        ).index_select(0, graph.neighbour)
        return ends.view(2, *pairs.shape) + linear(pairs, pair)

    messages = (_gated(layer.twoBody_atom, joined) * weights).flatten(0, 1)
    sums = torch.zeros_like(atoms).index_add(0, graph.centre, messages)
    return atoms + layer.mlp_out(sums)


def _joined_angles(
    atoms: Tensor, bonds: Tensor, angles: Tensor, graph: Graph
) -> Callable[[Tensor, Tensor], Tensor]:
    def joined(weight: Tensor, bias: Tensor) -> Tensor:
        left, right, angle, centre = weight.split(atoms.shape[1], dim=1)
        arrows = linear(atoms, centre, bias).index_select(0, graph.arrow_centre)
        arrows = arrows + linear(bonds, left).repeat(2, 1)
        others = linear(bonds, right).index_select(0, graph.other_bond)
        return torch.addmm(arrows.index_select(0, graph.arrow) + others, angles, angle.T)

    return joined


def _gated(perceptron: GatedMLP, joined: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Apply chgnet's gated perceptron, `joined` standing for its first linear maps."""
    halves = []
    for mlp, norm in (
        (perceptron.mlp_core, perceptron.bn1),
        (perceptron.mlp_gate, perceptron.bn2),
    ):
        first, *rest = (layer for layer in mlp.layers if not isinstance(layer, torch.nn.Dropout))
        hidden = joined(first.weight, first.bias)
        for layer in rest:
            hidden = layer(hidden)
        halves.append(norm(hidden))
    core, gate = halves
    return silu(core) * torch.sigmoid(gate)
