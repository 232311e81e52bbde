import pytest
from toy import BULK, TWIN, record


@pytest.fixture
def records():
    """Bulk −10, −16, −20 eV at x = 0, 1/2, 1: the middle lies 1 eV below the line."""
    return [
        record(BULK, 0, -10.0),
        record(BULK, 2, -16.0),
        record(BULK, 2, -15.5, ordering=1),
        record(BULK, 4, -20.0),
        record(TWIN, 4, -19.0),
        record(TWIN, 2, -14.0, height=20.5),
        record(TWIN, 2, -13.0, ordering=1),
        record(TWIN, 0, -8.0),
    ]
