"""Class evidence is laid out as the layer's activation is, whatever kind of layout that has."""

from __future__ import annotations

import numpy as np
import pytest

from actviz_widgets.activations.explanations import Explanations
from actviz_widgets.feature_maps.layout import Layout
from actviz_widgets.model.class_evidence import ClassEvidence

from ..feature_maps.laying_out import ONE_OF_EACH_KIND, every_kind


@pytest.mark.parametrize("kind", every_kind())
def test_grad_cam_is_laid_out_as_a_feature_map_or_refused(kind: type[Layout]) -> None:
    layout = ONE_OF_EACH_KIND[kind]
    activation, gradient = np.random.default_rng(0).normal(size=(2, 1, *layout.shape))  # type: ignore[misc]
    one = np.ones((1, 3))
    evidence = ClassEvidence("layer", 0, one[:, 0], True, one, None, activation, gradient)
    if layout.has_feature_maps:
        shown = layout.feature_map(activation[0], 0, 0)
        assert Explanations.grad_cam_map(evidence, layout).shape == shown.shape
    else:
        with pytest.raises(ValueError, match="Choose a layer that has feature maps"):
            Explanations.grad_cam_map(evidence, layout)
