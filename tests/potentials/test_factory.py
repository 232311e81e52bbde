"""Calculators of the user's own: made by a function, found again when its file changes."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from ase.build import bulk
from ase.calculators.emt import EMT

from delith import potentials, relax, running
from delith.errors import DelithError

OWN = "from ase.calculators.emt import EMT\n\n\ndef make():\n    return EMT()\n"


def test_a_function_of_an_installed_module():
    atoms, plain = bulk("Cu", cubic=True), bulk("Cu", cubic=True)
    atoms.rattle(0.05, seed=0)
    plain.rattle(0.05, seed=0)
    atoms.calc, plain.calc = potentials.load("ase.calculators.emt:EMT"), EMT()
    assert atoms.get_potential_energy() == plain.get_potential_energy()
    assert relax(atoms, "ase.calculators.emt:EMT", mobile=None).converged


def test_a_function_in_a_file_and_its_changes(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(OWN)
    name = f"{file}:make"
    pickle.loads(pickle.dumps(potentials.load(name)))
    before = potentials.weights_sha256(name)
    file.write_text(OWN + "\n")
    assert potentials.weights_sha256(name) != before


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("ase.calculators.emt:Nothing", "no attribute 'Nothing'"),
        ("no.such.module:make", "there is no module no.such.module to import"),
        ("broken.inside:make", "broken.inside cannot be imported: it is broken"),
        ("none.py:make", "There is no file none.py"),
        ("ase:Atoms", "makes no ASE calculator but a Atoms"),
        ("ase.calculators.lj:LennardJones", None),
        ("ase.calculators.tip3p:TIP3P", "without stress"),
    ],
)
def test_what_makes_no_calculator_is_said(name, complaint, tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "__init__.py").write_text("raise RuntimeError('it is broken')")
    monkeypatch.syspath_prepend(tmp_path)
    if complaint is None:
        potentials.load(name)
    else:
        with pytest.raises(DelithError, match=complaint):
            potentials.load(name)


def test_a_study_takes_it(quick, tmp_path):
    """Copper oxide is beyond effective-medium theory: every relaxation fails and says so."""
    study = quick.model_copy(update={"potentials": ("ase.calculators.emt:EMT",)})
    with ThreadPoolExecutor(1) as pool:
        results = running.run(study, tmp_path, pool)
    assert all("NotImplementedError" in record.problem for record in results.records)
