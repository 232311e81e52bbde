"""Numbers in the pages of results are those in the files beside them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

RESULTS = Path(__file__).parents[1] / "results"
PAGE = (RESULTS / "README.md").read_text()
SECTIONS = {text.split(":")[0]: text for text in re.split(r"\n## ", PAGE)[1:]}
NUMBER = re.compile(r"(?<![\w.])[−+]?\d+\.\d{2,}")

#: Of tables, by the beginning of a heading: what stands in no file, and why.
ELSEWHERE = {
    # differences with the undecorated boundary; an independent calculation
    "`lco_exchange/`": "1.45 0.460 1.33 0.32",
    "`lco_exchange_half/`": "1.45 1.49 1.14",
    # of other results, for comparison
    "`lnmo_boundaries/`": "0.256 0.595",
    "`lnmo_planes/`": "0.060 0.064 0.015",
    # what is demanded
    "`anchors.csv`": "0.30",
    # settings; of a potential; stress, by dft_truncation.py, which writes no file
    "`dft_convergence.csv`": "0.65 0.117 −1.48 −7.62 −7.91 15.38 9.41 8.99 −10.64 −16.51 −16.73 "
    "−18.68 −24.62 −24.83 5.21 1.29 1.27",
    # means of the columns above; of committees that are not shipped; energies of moved cobalt, and
    # forces, by labelled structures
    "`lco_dft/`": "0.026 0.293 0.364 0.357 0.027 0.093 0.039 0.042 0.100 0.052 −1.52 0.029 0.079 "
    "0.096 −1.31 −3.06 0.78 0.91 0.54",
}


def in_tables(text: str) -> set[str]:
    rows = (line for line in text.splitlines() if line.startswith("|"))
    return {number for row in rows for number in NUMBER.findall(row)}


def in_files(heading: str) -> np.ndarray:
    folders = re.findall(r"`(\w+)/`", heading)
    files = [path for folder in folders for path in (RESULTS / folder).glob("**/*.csv")]
    files += [RESULTS / name for name in re.findall(r"`(\w+\.csv)`", heading)]
    known = [pd.read_csv(file).select_dtypes("number").to_numpy().ravel() for file in files]
    return np.abs(np.concatenate([*known, [np.nan]]))


def told(number: str, known: np.ndarray) -> bool:
    """Whether a number is one of these, rounded."""
    size, digits = abs(float(number.replace("−", "-"))), len(number.split(".")[1])
    return bool(np.nanmin(np.abs(known - size), initial=np.inf) < 0.501 * 10**-digits)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_number_of_a_table_is_in_a_file(section):
    text, known = SECTIONS[section], in_files(SECTIONS[section].splitlines()[0])
    missing = {number for number in in_tables(text) if not told(number, known)}
    apart = [numbers for beginning, numbers in ELSEWHERE.items() if section.startswith(beginning)]
    assert missing == set(" ".join(apart).split())


def test_observations_quote_the_results():
    """Each number of the page of observations stands in the results, or in one of their files."""
    known = np.concatenate([in_files(text.splitlines()[0]) for text in SECTIONS.values()])
    quoted = set(NUMBER.findall((RESULTS / "observations.md").read_text()))
    others = {number for number in quoted if number not in PAGE}
    assert {number for number in others if not told(number, known)} == set()
