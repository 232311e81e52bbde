"""Files of YAML as nobody would write them."""

import copy

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.binary(max_size=8)
)


def files(valid: dict, *words: str) -> st.SearchStrategy[bytes]:
    """What may stand in a file: a valid one changed anywhere, any object, any bytes.

    Parameters
    ----------
    valid : dict
    *words : str
        Others that are found in such files.
    """
    scalars = SCALARS | st.sampled_from(words)
    keys = st.sampled_from([*valid, *words]) | scalars
    objects = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    )
    texts = (changed(valid, objects) | objects).map(yaml.safe_dump) | st.text(max_size=200)
    return texts.map(lambda text: text.encode("utf-8")) | st.binary(max_size=200)


@st.composite
def changed(draw: st.DrawFn, valid: dict, objects: st.SearchStrategy) -> dict:
    content = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        place = content
        key = draw(st.sampled_from([*place, "colour"]))
        place.setdefault(key)
        while isinstance(place[key], (dict, list)) and place[key] and draw(st.booleans()):
            place = place[key]
            key = draw(
                st.sampled_from(list(place) if isinstance(place, dict) else range(len(place)))
            )
        place[key] = draw(objects)
    return content
