"""Which potentials Delith knows by name."""

from dataclasses import replace

from ase.data import chemical_symbols

from delith.potentials.entry import PotentialInfo

_SOFT = (
    "universal potentials soften defects (Deng et al., arXiv:2405.07105): "
    "(104) twin energies of LiCoO2 come out 1.7 to four times below DFT, and with CHGNet they rise "
    "as lithium leaves where DFT has them fall"
)
# Polonium to radium are in neither training set, and ytterbium is missing from MP-r2SCAN.
_MPTRJ = tuple(s for s in chemical_symbols[1:95] if s not in {"Po", "At", "Rn", "Fr", "Ra"})


def _foundation(
    name: str, functional: str, file: str, repository: str = "mace-foundations"
) -> PotentialInfo:
    """Describe a foundation model of MACE's authors."""
    return PotentialInfo(
        name=name,
        functional=functional,
        level="universal",
        package="mace-torch",
        module="delith.potentials.mace",
        weights=f"https://github.com/ACEsuit/{repository}/releases/download/{file}",
        reference="Batatia et al., arXiv:2401.00096",
        caveat=_SOFT,
        elements=_MPTRJ,
    )


def _sevennet(name: str, functional: str, file: str, modal: str = "") -> PotentialInfo:
    """Describe a model of SevenNet, which cannot live beside mace-torch: their e3nn differ."""
    return PotentialInfo(
        name=name,
        functional=functional,
        level="universal",
        package="sevenn",
        module="delith.potentials.foreign",
        weights=f"sevenn/pretrained_potentials/{file}",
        reference="Park et al., J. Chem. Theory Comput. 20, 4857 (2024)",
        caveat=_SOFT,
        elements=_MPTRJ,
        environment="sevennet",
        modal=modal,
    )


def _student(name: str, elements: tuple[str, ...], errors: str, *sums: str) -> PotentialInfo:
    """Describe a committee of chgnet-r2scan's students, whose models come with Delith."""
    return PotentialInfo(
        name=name,
        functional="r2SCAN",
        level="student",
        package="mace-torch",
        module="delith.potentials.mace",
        weights=f"delith/potentials/students/{name}_*.model",
        reference="distilled from chgnet-r2scan, see there",
        caveat="a student for screening, with the errors of its teacher and its own: "
        f"{errors}; see its card",
        elements=elements,
        sums=sums,
    )


def _tuned(
    name: str, elements: tuple[str, ...], taught: str, errors: str, *sums: str
) -> PotentialInfo:
    """Describe a committee of students that DFT has taught what its teacher had wrong."""
    student = _student(name, elements, errors, *sums)
    caveat = f"taught by few DFT calculations of one chemistry: {errors}; see its card"
    return replace(student, level="DFT-tuned", reference=taught, caveat=caveat)


def _dft(name: str, functional: str, reference: str) -> PotentialInfo:
    """Describe DFT, of which the weights are a preset."""
    return PotentialInfo(
        name=name,
        functional=functional,
        level="DFT",
        package="gpaw" if name.startswith("gpaw") else "ase",
        module="delith.potentials.dft",
        weights=f"delith/potentials/presets/{name}.yaml",
        reference=reference,
        caveat="no dispersion, which layers without lithium lack (+d3 adds it); spin states beside "
        "those tried may lie lower",
    )


#: The default first.
KNOWN = (
    PotentialInfo(
        name="chgnet-r2scan",
        functional="r2SCAN",
        level="universal",
        package="chgnet",
        module="delith.potentials.chgnet",
        weights="chgnet/pretrained/r2scan/chgnet_r2scan_transfer_learning_e15f36s161m23.pth.tar",
        reference="Deng et al., Nat. Mach. Intell. 5, 1031 (2023); "
        "r2SCAN: Huang et al., npj Comput. Mater. (2025), doi:10.1038/s41524-025-01796-y",
        caveat=_SOFT,
        elements=tuple(s for s in _MPTRJ if s != "Yb"),
    ),
    PotentialInfo(
        name="chgnet",
        functional="PBE+U",
        level="universal",
        package="chgnet",
        module="delith.potentials.chgnet",
        weights="chgnet/pretrained/0.3.0/chgnet_0.3.0_e29f68s314m37.pth.tar",
        reference="Deng et al., Nat. Mach. Intell. 5, 1031 (2023)",
        caveat=_SOFT,
        elements=_MPTRJ,
    ),
    _foundation(
        "mace-mpa-0",
        "PBE+U",
        "mace_mpa_0/mace-mpa-0-medium.model",
        repository="mace-mp",
    ),
    _foundation("mace-mp-0b3", "PBE+U", "mace_mp_0b3/mace-mp-0b3-medium.model", "mace-mp"),
    _foundation("mace-omat-0", "PBE+U", "mace_omat_0/mace-omat-0-medium.model", "mace-mp"),
    _foundation("mace-matpes-pbe-0", "PBE", "mace_matpes_0/MACE-matpes-pbe-omat-ft.model"),
    _foundation("mace-matpes-r2scan-0", "r2SCAN", "mace_matpes_0/MACE-matpes-r2scan-omat-ft.model"),
    _sevennet("sevennet-0", "PBE+U", "SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth"),
    _sevennet("sevennet-l3i5", "PBE+U", "SevenNet_l3i5/checkpoint_l3i5.pth"),
    _sevennet(
        "sevennet-mf-r2scan", "r2SCAN", "SevenNet_MF_0/checkpoint_sevennet_mf_0.pth", "R2SCAN"
    ),
    *(
        _dft(f"gpaw-{level}", functional, "Mortensen et al., J. Chem. Phys. 160, 092503 (2024)")
        for level, functional in (("pbe+u", "PBE+U"), ("pbe", "PBE"), ("r2scan", "r2SCAN"))
    ),
    _dft("vasp-pbe+u", "PBE+U", "Kresse and Furthmüller, Phys. Rev. B 54, 11169 (1996)"),
    _dft("vasp-r2scan", "r2SCAN", "Kresse and Furthmüller, Phys. Rev. B 54, 11169 (1996)"),
    _dft(
        "espresso-pbe+u", "PBE+U", "Giannozzi et al., J. Phys.: Condens. Matter 29, 465901 (2017)"
    ),
    _dft("abinit-pbe+u", "PBE+U", "Gonze et al., Comput. Phys. Commun. 248, 107042 (2020)"),
    _dft("cp2k-pbe", "PBE", "Kühne et al., J. Chem. Phys. 152, 194103 (2020)"),
    _student(
        "mace-lco",
        ("Li", "O", "Co"),
        "γ of boundaries of LiCoO2 is off by 0.02 J/m² as a rule, by up to 0.1 on planes that it "
        "was not shown",
        "6b7fe184d8d98209d4dd0888e6aed7289e3f084234efbe63b2728b9801c95abe",
        "8c8f29ded01ad248af8c8956bbf9df0f9b58a267f09e4b3e765a5ec82f81aadb",
    ),
    _tuned(
        "mace-lco-dft",
        ("Li", "O", "Co"),
        "mace-lco, taught by r2SCAN (GPAW), see there",
        "γ of boundaries of LiCoO2 is 0.03 J/m² off in the mean, and 0.065 at most, in 15 cells "
        "that it was not shown (of eight of them near relatives), that of (104) twins with little "
        "lithium too low by 0.01 to 0.04, by 0.05 and 0.14 with cobalt in the lithium layer, where "
        "single ions are up to 0.3 eV off",
        "b5964d9f3b8c81a679090371f52f08a02386bae7bc01d0a59cb20287e7785449",
        "73efe1d78f08eb69ca4e8ed2a2eec94a84895465ce761959a7461097c60e03c8",
    ),
    _student(
        "mace-lnmo",
        ("Li", "O", "Mn", "Ni"),
        "γ of boundaries of the Ni/Mn order is a third below its teacher's as a rule, by up to "
        "0.03 J/m², off by up to 0.24 with exchanged nickel; the teacher has a third of DFT's "
        "where that was asked",
        "10ea2718327ac05d8214900ce0f39ef6adf4eb2f162467cf5cf95e1c7dc5339b",
        "8e57ae9cc492e0cd3e7a9781003078192f6e49c54d649efc5bcbe2977888df7f",
    ),
)
