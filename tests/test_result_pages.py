"""Numbers in the pages of results are those in the files beside them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

RESULTS = Path(__file__).parents[1] / "results"
#: Pages of findings, by their place; several lie in one folder.
PAGES = {str(page.relative_to(RESULTS)): page.read_text() for page in RESULTS.glob("*/*.md")}
#: Pages that quote them.
QUOTING = ("README.md", "observations.md")
NUMBER = re.compile(r"(?<![\w.])[−+]?\d+\.\d{2,}")

#: Of pages that tell of two folders: the other.
BESIDE = {
    "lco_exchange_half/README.md": ["lco_exchange_tetrahedral"],
    "lco_104_wide/README.md": ["lco_104"],
}

#: Of tables, by their page: what stands in no file beside it, and why.
ELSEWHERE = {
    # differences with the undecorated boundary; an independent calculation
    "lco_exchange/README.md": "1.45 0.460 1.33 0.32",
    # an independent calculation
    "lco_exchange_half/README.md": "1.45 1.49 1.14",
    # of other results, for comparison
    "lnmo_boundaries/README.md": "0.256 0.595",
    "lnmo_planes/README.md": "0.016",
    # what is demanded
    "anchors/README.md": "0.30",
    # settings; of a potential; stress, by dft_truncation.py and dft_stress.py, which write no file
    "dft/README.md": "0.65 0.117 −1.48 −7.62 −7.91 15.38 9.41 8.99 −10.64 −16.51 −16.73 "
    "−18.68 −24.62 −24.83 5.21 1.29 1.27",
    # means
    "lco_dft_curve/README.md": "0.065 0.083 0.141 0.436",
}


def in_tables(text: str) -> set[str]:
    rows = (line for line in text.splitlines() if line.startswith("|"))
    return {number for row in rows for number in NUMBER.findall(row)}


def in_files(*folders: Path) -> np.ndarray:
    files = [file for folder in folders for file in folder.glob("**/*.csv")]
    known = [pd.read_csv(file).select_dtypes("number") for file in files]
    return np.abs(np.concatenate([*(each.to_numpy().ravel() for each in known), [np.nan]]))


def told(number: str, known: np.ndarray) -> bool:
    """Whether a number is one of these, rounded."""
    size, digits = abs(float(number.replace("−", "-"))), len(number.split(".")[1])
    return bool(np.nanmin(np.abs(known - size), initial=np.inf) < 0.501 * 10**-digits)


def test_every_result_has_its_page():
    folders = [place for place in RESULTS.iterdir() if place.is_dir()]
    assert {folder.name for folder in folders if f"{folder.name}/README.md" not in PAGES} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_number_of_a_table_is_in_a_file(page):
    folders = [Path(page).parent.name, *BESIDE.get(page, [])]
    known = in_files(*(RESULTS / name for name in folders))
    missing = {number for number in in_tables(PAGES[page]) if not told(number, known)}
    assert missing == set(ELSEWHERE.get(page, "").split())


@pytest.mark.parametrize("page", QUOTING)
def test_pages_that_quote_results_quote_them_right(page):
    """Each number stands in a page of findings, or in one of their files."""
    pages, known = " ".join(PAGES.values()), in_files(RESULTS)
    quoted = set(NUMBER.findall((RESULTS / page).read_text()))
    others = {number for number in quoted if number not in pages}
    assert {number for number in others if not told(number, known)} == set()


def test_the_index_names_every_page():
    index = (RESULTS / "README.md").read_text()
    assert {page for page in PAGES if f"({page})" not in index} == set()
