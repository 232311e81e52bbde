"""Many structures in one pass: the same numbers as alone, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from ase import Atoms
from ase.calculators.calculator import CalculationFailed

from delith import potentials
from delith.errors import MachineError
from delith.potentials.batches import Gathering, Shared


@pytest.fixture
def structures(lco) -> list[Atoms]:
    """Of several sizes, fillings and shapes; one with atoms too far apart to be bonds."""
    made = []
    for seed, repeat in enumerate([(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 1)]):
        atoms = lco.atoms.repeat(repeat)
        del atoms[[atom.index for atom in atoms if atom.symbol == "Li"][:seed]]
        atoms.set_cell(atoms.cell * (1 + 0.02 * seed), scale_atoms=True)
        atoms.rattle(0.05, seed=seed)
        made.append(atoms)
    made[-1].set_cell(made[-1].cell * 1.6, scale_atoms=True)
    return made


def alone(name: str, structures: list[Atoms]) -> list[dict]:
    calculator = potentials.load(name, precision="double")
    found = []
    for atoms in structures:
        calculator.calculate(atoms)
        found.append(calculator.results)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["chgnet-r2scan", "mace-lco"])
def test_structures_of_many_threads_come_out_as_alone(name, structures):
    """In double precision, so that a wrong index cannot hide in the noise of single."""
    calculator = potentials.load(name, precision="double")
    passes = []

    def evaluate(prepared):
        passes.append(len(prepared))
        return calculator._evaluate(prepared)

    gathering = Gathering(evaluate)
    many = 3 * structures

    def results(atoms: Atoms) -> dict:
        own = calculator.sharing(gathering)
        own.calculate(atoms)
        return own.results

    with ThreadPoolExecutor(len(many)) as threads:
        found = list(threads.map(results, many))
    assert len(passes) < len(many)
    for here, there in zip(found, 3 * alone(name, structures), strict=True):
        assert here.keys() == there.keys()
        for key in here:
            np.testing.assert_allclose(here[key], there[key], atol=1e-9, err_msg=key)


@pytest.mark.slow
def test_a_structure_that_fails_leaves_the_others_in_its_pass_alone(structures):
    """Atoms in one place: not a number for them, but not for those beside them."""
    structures[0].positions[1] = structures[0].positions[0]
    calculator = potentials.load("mace-lco", precision="double")
    together = Gathering(calculator.evaluate)
    with ThreadPoolExecutor(len(structures)) as threads:
        asked = [
            threads.submit(calculator.sharing(together).calculate, atoms) for atoms in structures
        ]
        errors = [each.exception() for each in asked]
    assert isinstance(errors[0], CalculationFailed)
    assert errors[1:] == [None] * 3


def test_a_pass_too_large_for_the_memory_is_halved_and_none_is_as_large_again():
    passes = []

    def evaluate(prepared):
        passes.append(len(prepared))
        if len(prepared) > 3:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return [{"energy": 2.0 * number} for number in prepared]

    gathering = Gathering(evaluate)
    assert gathering(range(8)) == [{"energy": 2.0 * number} for number in range(8)]
    assert passes == [8, 4, 2, 2, 4, 2, 2]
    gathering(range(8))
    assert passes[7:] == [2, 2, 2, 2]


def test_what_does_not_fit_alone_and_what_fails_is_said_to_who_asked():
    def full(prepared):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        Gathering(full)([1])

    def broken(prepared):
        raise RuntimeError("no such kernel")

    gathering = Gathering(broken)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no such kernel"):
            gathering([1])


def test_a_device_that_is_not_there_and_a_potential_that_takes_no_batch_are_refused(monkeypatch):
    with pytest.raises(MachineError, match="cannot compute on 'nowhere' here"):
        Shared("nowhere")
    monkeypatch.setattr(potentials, "load", lambda name, device: object())
    with pytest.raises(MachineError, match="some-potential takes one structure at a time"):
        Shared("cpu").load("some-potential")
