import matplotlib as mpl
import pytest

from actviz_widgets.feature_maps.color_scale import color_map
from actviz_widgets.figure.figure import ActivationFigure


def test_a_colour_map_may_be_given_by_name_or_itself() -> None:
    for cmap in ("magma", mpl.colormaps["magma"]):
        shown = ActivationFigure(cmap).map_axes.images[0].get_cmap()
        assert shown(0.5) == mpl.colormaps["magma"](0.5)


def test_matplotlibs_own_colour_maps_are_left_as_they_were() -> None:
    before = mpl.colormaps["viridis"].get_bad().tolist()
    color_map("viridis")
    color_map(mpl.colormaps["viridis"])
    assert mpl.colormaps["viridis"].get_bad().tolist() == before


def test_an_unknown_colour_map_is_named() -> None:
    with pytest.raises(ValueError, match=r"no colour map 'vridis'.*such as 'viridis'"):
        ActivationFigure("vridis")


@pytest.mark.parametrize("cmap", [None, 3, ["viridis"]])
def test_what_is_no_colour_map_is_refused_in_a_sentence(cmap: object) -> None:
    with pytest.raises((TypeError, ValueError), match="colour map"):
        ActivationFigure(cmap)  # type: ignore[arg-type]
