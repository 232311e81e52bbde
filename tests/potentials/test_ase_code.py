"""DFT codes that ASE runs: beside GPAW, unsettled, absent, failed."""

import os
import shutil
import stat
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import CalculationFailed
from ase.config import cfg
from ase.units import GPa

from delith import crystals, potentials
from delith.errors import MachineError
from delith.potentials import codes
from delith.potentials.ase_code import ASECode
from delith.potentials.dft import NotSelfConsistent
from dft_presets import half_empty, preset_of


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cp2k_shell"), reason="needs CP2K")
def test_cp2k_and_gpaw_agree(tmp_path):
    """Two codes, two kinds of basis and of core: the same pull on oxygen."""
    gpaw = pytest.importorskip("delith.potentials.gpaw", reason="needs GPAW: make dft")
    cfg.parser.read_dict({"cp2k": {"command": "cp2k_shell"}})
    atoms = crystals.load("LiCoO2").primitive_atoms.copy()
    oxygen = np.flatnonzero(atoms.numbers == 8)
    # along the axis, both away from the cobalt between them
    atoms.positions[oxygen, 2] += 0.05 * np.sign(
        atoms.positions[oxygen, 2] - atoms.positions[:, 2].mean()
    )
    told = []
    for name, begin in (
        ("gpaw-pbe", gpaw.GPAWCode),
        ("cp2k-pbe", partial(ASECode, codes.cp2k)),
    ):
        rough = preset_of(name).model_copy(update={"spacing": 0.9})
        code = begin(rough, atoms)
        told.append(code.compute(atoms, None, tmp_path / name[:4])["forces"][oxygen, 2])
    assert np.abs(told[0]).min() > 0.5
    assert told[0] == pytest.approx(told[1], abs=0.3)


#: Pseudopotentials of Debian: names for one code, for the other the folder.
ESPRESSO = {"Co": "Co.pbesol-spn-rrkjus_psl.0.3.1.UPF", "O": "O.pbe-rrkjus.UPF"}
JTH = Path("/usr/share/abinit/psp/Pseudodojo_paw_pbe_standard")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "program"), [("espresso", "pw.x"), ("abinit", "abinit")])
def test_they_pull_as_gpaw_does(name, program, tmp_path, configured):
    """Each with cores of its own: the same pull on an oxygen of CoO2 that is out of place."""
    gpaw = pytest.importorskip("delith.potentials.gpaw", reason="needs GPAW: make dft")
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    for element in ("Co", "O"):
        (tmp_path / f"{element}.GGA_PBE-JTH.xml").symlink_to(JTH / f"{element}.xml")
    cfg.parser.read_dict(
        {
            "espresso": {"command": "pw.x", "pseudo_dir": "/usr/share/espresso/pseudo"},
            "abinit": {"command": "abinit", "pp_paths": str(tmp_path)},
        }
    )
    places = [(0, 0, 0), (1 / 3, 2 / 3, 0.234), (2 / 3, 1 / 3, -0.223)]
    atoms = Atoms("CoO2", scaled_positions=places, cell=[2.82, 2.82, 4.4, 90, 90, 120], pbc=True)
    rough = {"spacing": 0.6, "hubbard": {}}
    code = ASECode(
        getattr(codes, name),
        preset_of(f"{name}-pbe+u").model_copy(update={**rough, "pseudopotentials": ESPRESSO}),
        atoms,
    )
    told = code.compute(atoms, None, tmp_path / name)
    expected = gpaw.GPAWCode(preset_of("gpaw-pbe").model_copy(update=rough), atoms).compute(
        atoms, None, tmp_path / "gpaw"
    )
    assert expected["forces"][1, 2] < -1.0
    assert told["forces"] == pytest.approx(expected["forces"], abs=0.3)
    # GPAW's is 5 GPa off where waves are cut off
    assert told["stress"] / GPa == pytest.approx(expected["stress"] / GPa, abs=8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "program"), [("espresso", "pw.x"), ("abinit", "abinit"), ("cp2k", "cp2k")]
)
def test_what_is_not_self_consistent_is_no_result(name, program, tmp_path, short_path, configured):
    """ABINIT ends as if it were, CP2K goes on."""
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    (tmp_path / "O.GGA_PBE-JTH.xml").symlink_to(JTH / "O.xml")
    cfg.parser.read_dict(
        {
            "espresso": {"command": "pw.x", "pseudo_dir": "/usr/share/espresso/pseudo"},
            "abinit": {"command": "abinit", "pp_paths": str(tmp_path)},
        }
    )
    atoms = Atoms("O2", [[0, 0, 0], [0, 0, 1.6]], cell=[4, 4, 4], pbc=True)
    rough = {"iterations": 2, "spacing": 2.0, "hubbard": {}, "cutoff": 400.0}
    known = ESPRESSO if name == "espresso" else {}
    given = preset_of(f"{name}-pbe" if name == "cp2k" else f"{name}-pbe+u")
    level = given.model_copy(update={**rough, "pseudopotentials": known})
    code = ASECode(getattr(codes, name), level, atoms)
    with pytest.raises(NotSelfConsistent, match="not self-consistent after 2 steps"):
        code.compute(atoms, None, short_path / "run")
    assert (short_path / "run").is_dir(), "to be looked at"


def test_a_code_that_is_started_otherwise_is_asked_again(configured):
    """Another program or folder of pseudopotentials may have another answer."""
    code = ASECode(codes.espresso, preset_of("espresso-pbe+u"), half_empty())
    before = code.told(half_empty())
    assert code.told(half_empty()) == before
    cfg.parser["espresso"]["pseudo_dir"] = "/elsewhere"
    assert code.told(half_empty()) != before


def test_a_code_that_is_not_there_is_said_and_nothing_is_stored(tmp_path, monkeypatch, configured):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in list(os.environ):
        if "VASP" in name:
            monkeypatch.delenv(name)
    atoms = half_empty()
    atoms.calc = potentials.load("espresso-pbe+u")
    with pytest.raises(MachineError, match="espresso cannot be started"):
        atoms.get_potential_energy()
    assert not list(tmp_path.rglob("*.json"))
    atoms.calc = potentials.load("vasp-pbe+u")
    with pytest.raises(MachineError, match="vasp cannot be started"):
        atoms.get_potential_energy()
    assert not list(tmp_path.rglob("*.json"))


def test_a_code_that_fails_leaves_its_folder(tmp_path, configured):
    """A program of that name which says nothing of energies, where one was killed before."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "before.out").write_text("convergence NOT achieved")
    program = tmp_path / "pw.x"
    program.write_text("#!/bin/sh\necho no\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    atoms = half_empty()
    code = ASECode(codes.espresso, preset_of("espresso-pbe+u"), atoms)
    with pytest.raises(CalculationFailed, match="espresso failed in"):
        code.compute(atoms, None, tmp_path / "scratch")
    assert (tmp_path / "scratch" / "espresso.pwi").is_file()
