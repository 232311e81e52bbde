"""What the electrons go through before and behind the crystal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from ase.units import _c, _e, _hplanck, _me
from scipy.fft import next_fast_len

from delith.errors import DelithError

#: Symbols of abTEM for what `Microscope` has no other name for, to the fifth order.
_ORDERS = (12, 21, 23, 32, 34, 41, 43, 45, 52, 54, 56)
ABERRATIONS = {"C30", "C50"} | {f"{kind}{order}" for kind in ("C", "phi") for order in _ORDERS}


@dataclass(frozen=True)
class Microscope:
    """Settings of a scanning transmission electron microscope.

    How many electrons are spent is no part of it: an image is computed once, and counted with any
    dose by `delith.imaging.expose`.

    Attributes
    ----------
    voltage : float
        V.
    semiangle : float
        Half the angle of convergence, mrad.
    haadf : tuple of float
        Inner and outer angle of the dark-field detector, mrad. By default it begins at three
        times the angle of convergence, from where on the image is incoherent (Hartel, Rose and
        Dinges, Ultramicroscopy 63, 93, 1996). Real detectors reach farther out; what is there
        costs most of the time, and adds to all columns.
    abf : tuple of float
        The same for the annular bright field: the outer half of the disc (Findlay et al.,
        Ultramicroscopy 110, 903, 2010, who had 11 and 22 mrad).
    source : float
        Full width at half maximum of the image of the source, a Gaussian, Å. With what the crystal
        does to the probe it is what limits a corrected microscope: 0.8 Å explains measured
        contrast (LeBeau et al., Phys. Rev. Lett. 100, 206101, 2008).
    defocus : float
        Å, positive for underfocus; 0 puts the probe on the entrance face.
    aberrations : mapping of str to float
        What the corrector left, in the symbols of abTEM (``C12``, ``phi12``, ``C30``, …), Å and
        radians. Chromatic aberration is left out.
    """

    voltage: float = 300e3
    semiangle: float = 22.0
    haadf: tuple[float, float] = (66.0, 120.0)
    abf: tuple[float, float] = (11.0, 22.0)
    source: float = 0.8
    defocus: float = 0.0
    aberrations: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        positive = self.voltage > 0 and self.semiangle > 0 and self.source >= 0
        if not (positive and np.isfinite([self.voltage, self.semiangle, self.source]).all()):
            raise DelithError(
                f"voltage {self.voltage:g}, semiangle {self.semiangle:g} and source "
                f"{self.source:g}: the first two must be positive, the last not negative, "
                "and all finite."
            )
        for name, (inner, outer) in (("haadf", self.haadf), ("abf", self.abf)):
            if not 0 <= inner < outer < np.inf:
                raise DelithError(
                    f"{name} from {inner:g} to {outer:g} mrad: a detector begins at 0 or more and "
                    "ends farther out, at a finite angle."
                )
        if unknown := sorted(set(self.aberrations) - ABERRATIONS):
            raise DelithError(
                f"there are no aberrations {', '.join(unknown)}: choose of "
                f"{', '.join(sorted(ABERRATIONS))} (C10 is the defocus, with its sign changed)."
            )
        if not np.isfinite([self.defocus, *self.aberrations.values()]).all():
            raise DelithError(
                f"defocus {self.defocus:g} and aberrations {dict(self.aberrations)} must be finite."
            )

    @property
    def wavelength(self) -> float:
        """Of the electrons, Å."""
        energy = self.voltage * _e
        momentum = np.sqrt(2 * _me * energy * (1 + energy / (2 * _me * _c**2)))
        return float(_hplanck / momentum * 1e10)

    def points(self, length: float) -> int:
        """Points along a length in Å on which the wave carries what the detectors see.

        Multislice keeps two thirds of the angles that the points could carry; their number is one
        that is fast to transform, with some to spare for rounding.
        """
        widest = max(self.haadf[1], self.abf[1], self.semiangle) * 1e-3
        return int(next_fast_len(int(np.ceil(3 * length * widest / self.wavelength)) + 12))
