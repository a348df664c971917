"""Image backbones and tasks of KerasHub, built small: every layer call against a plain pass's.

`python -m tests.applications.kerashub` prints what it found as one line of JSON. KerasHub has no
list of architectures with a size: these are made of its classes, with random weights, and what is
of one kind with another (a classifier beside a classifier) is there once for each backbone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from actviz_widgets import ActivationModel

from .check import array_of, digest_of, faults, state_of


@dataclass(frozen=True)
class HubComparison:
    """What the pass that captures everything gave of a model, next to a plain one.

    Attributes:
        name: Of its class.
        input_shape: Of the picture, without batch axis.
        layer_calls: How many activations were captured.
        nested: How many of them lie within a layer or nested model.
        missing: Layer calls of the plain pass that were not captured.
        unexpected: What was captured, and no layer call of the plain pass.
        unequal: Those of which a bit differs; `(predictions)` for what the model itself returns.
        changed: What is no longer as it was before.
    """

    name: str
    input_shape: tuple[int, ...]
    layer_calls: int
    nested: int
    missing: list[str]
    unexpected: list[str]
    unequal: list[str]
    changed: list[str]

    @property
    def faults(self) -> list[str]:
        """One line for each kind of thing that is not as it should be."""
        return faults(self.missing, self.unexpected, self.unequal, self.changed)


def builders() -> dict[str, Callable[[], keras.Model]]:
    """Gives what makes each model, small, by the name of its class."""
    from keras_hub import models

    def of(name: str, **arguments: Any) -> Callable[[], keras.Model]:
        return lambda: getattr(models, name)(**arguments)

    def on(name: str, backbone: str, **arguments: Any) -> Callable[[], keras.Model]:
        return lambda: getattr(models, name)(backbone=made[backbone](), **arguments)

    made = {
        "CSPNetBackbone": of("CSPNetBackbone", **_CSPNET),
        "DeiTBackbone": of("DeiTBackbone", image_shape=(28, 28, 3), patch_size=4, **_TRANSFORMER),
        "DenseNetBackbone": of(
            "DenseNetBackbone",
            stackwise_num_repeats=[2, 2],
            compression_ratio=0.5,
            growth_rate=8,
            image_shape=(32, 32, 3),
        ),
        "DINOV2Backbone": of("DINOV2Backbone", patch_size=14, image_shape=(70, 70, 3), **_DINO),
        "DINOV3Backbone": of("DINOV3Backbone", patch_size=16, image_shape=(64, 64, 3), **_DINO),
        "EfficientNetBackbone": of("EfficientNetBackbone", **_EFFICIENTNET),
        "HGNetV2Backbone": of("HGNetV2Backbone", **_HGNET),
        "MiTBackbone": of("MiTBackbone", **_MIT),
        "MobileNetBackbone": of("MobileNetBackbone", **_MOBILENET),
        "MobileNetV5Backbone": of("MobileNetV5Backbone", **_MOBILENETV5),
        "ResNetBackbone": of("ResNetBackbone", image_shape=(32, 32, 3), **_RESNET),
        "SwinTransformerBackbone": of("SwinTransformerBackbone", **_SWIN),
        "VGGBackbone": of(
            "VGGBackbone",
            stackwise_num_repeats=[2, 2],
            stackwise_num_filters=[8, 16],
            image_shape=(32, 32, 3),
        ),
        "ViTBackbone": of("ViTBackbone", **_VIT),
        "ViTDetBackbone": of("ViTDetBackbone", **_VITDET),
        "XceptionBackbone": of(
            "XceptionBackbone",
            stackwise_conv_filters=[[8, 16], [16, 16]],
            stackwise_pooling=[False, True],
            image_shape=(64, 64, 3),
        ),
    }
    made["DeepLabV3Backbone"] = lambda: models.DeepLabV3Backbone(
        image_encoder=models.ResNetBackbone(image_shape=(96, 96, 3), **_RESNET), **_DEEPLAB
    )
    made["SegFormerBackbone"] = lambda: models.SegFormerBackbone(
        image_encoder=made["MiTBackbone"](), projection_filters=16
    )
    made["RetinaNetBackbone"] = lambda: models.RetinaNetBackbone(
        image_encoder=models.ResNetBackbone(image_shape=(64, 64, 3), **_RESNET),
        min_level=3,
        max_level=4,
        use_p5=False,
    )
    made["DepthAnythingBackbone"] = lambda: models.DepthAnythingBackbone(
        image_encoder=models.DINOV2Backbone(
            patch_size=14, image_shape=(70, 70, 3), apply_layernorm=True, **_DINO
        ),
        **_DEPTH,
    )
    classifiers = (
        *("CSPNet", "DeiT", "DenseNet", "EfficientNet", "HGNetV2", "MiT", "MobileNet"),
        *("MobileNetV5", "ResNet", "SwinTransformer", "VGG", "ViT", "Xception"),
    )
    for family in classifiers:
        if hasattr(models, f"{family}ImageClassifier"):
            name = f"{family}ImageClassifier"
            # One of them asks for it to be said that it has none.
            made[name] = on(name, f"{family}Backbone", num_classes=5, preprocessor=None)
    for family in ("DeepLabV3", "SegFormer"):
        name = f"{family}ImageSegmenter"
        made[name] = on(name, f"{family}Backbone", num_classes=3)
    return made


_TRANSFORMER = {"num_layers": 2, "num_heads": 2, "hidden_dim": 16, "intermediate_dim": 32}
_DINO = {**_TRANSFORMER, "layer_scale_init_value": 1.0, "num_register_tokens": 2}
_VIT = {
    **{"image_shape": (64, 64, 3), "patch_size": 16, "num_layers": 2, "num_heads": 2},
    **{"hidden_dim": 16, "mlp_dim": 32},
}
_VITDET = {
    **{"image_shape": (32, 32, 3), "patch_size": 4, "hidden_size": 8, "num_layers": 2},
    **{"global_attention_layer_indices": [1], "intermediate_dim": 16, "num_heads": 2},
    **{"num_output_channels": 4, "window_size": 2},
}
_SWIN = {
    **{"image_shape": (32, 32, 3), "embed_dim": 32, "depths": (2, 2), "num_heads": (2, 4)},
    "window_size": 4,
}
_MIT = {
    **{"layerwise_depths": [2, 2], "image_shape": (32, 32, 3), "hidden_dims": [8, 16]},
    **{"num_layers": 2, "layerwise_num_heads": [1, 2], "layerwise_sr_ratios": [8, 4]},
    **{"max_drop_path_rate": 0.1, "layerwise_patch_sizes": [7, 3], "layerwise_strides": [4, 2]},
}
_RESNET = {
    **{"input_conv_filters": [64], "input_conv_kernel_sizes": [7]},
    **{"stackwise_num_filters": [64, 64, 64], "stackwise_num_blocks": [1, 1, 1]},
    **{"stackwise_num_strides": [1, 2, 2], "block_type": "basic_block"},
}
_DEEPLAB = {
    **{"low_level_feature_key": "P2", "spatial_pyramid_pooling_key": "P4"},
    **{"dilation_rates": [6, 12, 18], "upsampling_size": 4, "image_shape": (96, 96, 3)},
}
_DEPTH = {
    **{"reassemble_factors": [4, 2], "neck_hidden_dims": [8, 16], "fusion_hidden_dim": 16},
    **{"head_hidden_dim": 8, "head_in_index": -1, "feature_keys": ["stage1", "stage2"]},
}
_HGNET = {
    **{"depths": [1, 1], "embedding_size": 8, "hidden_sizes": [16, 32]},
    **{"stem_channels": [3, 8, 8], "hidden_act": "relu", "use_learnable_affine_block": True},
    "stackwise_stage_filters": [[8, 8, 16, 1, 1, 3], [16, 8, 32, 1, 1, 3]],
    **{"apply_downsample": [False, True], "use_lightweight_conv_block": [False, False]},
    "image_shape": (32, 32, 3),
}
_CSPNET = {
    **{"stem_filters": 8, "stem_kernel_size": 3, "stem_strides": 1, "stackwise_strides": 2},
    **{"stackwise_depth": [1, 2], "stackwise_num_filters": [16, 24]},
    **{"image_shape": (32, 32, 3), "down_growth": True, "bottle_ratio": (0.5, 1.0)},
    **{"block_ratio": (1.0, 0.5), "expand_ratio": (2.0, 1.0)},
    **{"block_type": "dark_block", "stage_type": "csp"},
}
_EFFICIENTNET = {
    **{"width_coefficient": 1.0, "depth_coefficient": 1.0, "stackwise_kernel_sizes": [3, 5]},
    **{"stackwise_num_repeats": [1, 2], "stackwise_input_filters": [16, 8]},
    **{"stackwise_output_filters": [8, 16], "stackwise_expansion_ratios": [1, 6]},
    **{"stackwise_strides": [1, 2], "stackwise_block_types": ["v1", "v1"]},
    **{"stackwise_squeeze_and_excite_ratios": [0.25, 0.25], "dropout": 0},
    **{"stackwise_force_input_filters": [0, 0], "stackwise_nores_option": [False, False]},
    "image_shape": (32, 32, 3),
}
_MOBILENET = {
    **{"stackwise_expansion": [[40, 56], [64, 144]], "stackwise_num_blocks": [2, 2]},
    **{"stackwise_num_filters": [[16, 16], [24, 24]]},
    **{"stackwise_kernel_size": [[3, 3], [5, 5]], "stackwise_num_strides": [[2, 1], [2, 1]]},
    **{"stackwise_se_ratio": [[None, None], [0.25, 0.25]]},
    "stackwise_activation": [["relu", "relu"], ["hard_swish", "hard_swish"]],
    **{"stackwise_padding": [[1, 1], [2, 2]], "output_num_filters": 64},
    **{"input_activation": "hard_swish", "output_activation": "hard_swish"},
    **{"input_num_filters": 16, "image_shape": (32, 32, 3), "depthwise_filters": 8},
    **{"depthwise_stride": 2, "depthwise_residual": False, "squeeze_and_excite": 0.5},
    "last_layer_filter": 48,
}
_MOBILENETV5 = {
    **{"stackwise_block_types": [["er"], ["uir", "uir"]], "stackwise_num_blocks": [1, 2]},
    **{"stackwise_num_filters": [[24], [48, 48]], "stackwise_strides": [[2], [2, 1]]},
    "stackwise_act_layers": [["relu"], ["relu", "relu"]],
    **{"stackwise_exp_ratios": [[4.0], [6.0, 6.0]], "stackwise_se_ratios": [[0.0], [0.0, 0.0]]},
    "stackwise_dw_kernel_sizes": [[0], [5, 5]],
    **{f"stackwise_dw_{end}_kernel_sizes": [[0], [0, 0]] for end in ("start", "end")},
    **{"stackwise_exp_kernel_sizes": [[3], [0, 0]], "stackwise_pw_kernel_sizes": [[1], [0, 0]]},
    **{f"stackwise_{what}": [[0], [0, 0]] for what in ("num_heads", "key_dims", "value_dims")},
    **{"stackwise_kv_strides": [[0], [0, 0]], "stackwise_use_cpe": [[False], [False, False]]},
    **{"image_shape": (32, 32, 3), "stem_size": 16, "use_msfa": False},
}


def compare(name: str, model: keras.Model) -> HubComparison:
    """Captures every activation of a model in one pass, and compares them with a plain one."""
    symbols = keras.tree.flatten(model.inputs)
    (shape,) = (tuple(symbol.shape[1:]) for symbol in symbols)
    shape = tuple(side or 64 for side in shape)
    pictures = np.random.default_rng(0).uniform(0, 1, (1, *shape)).astype(np.float32)
    inputs = keras.tree.pack_sequence_as(model._inputs_struct, [pictures])
    before = state_of(model)
    activation_model = ActivationModel(model)
    forward = activation_model.forward_pass(inputs)
    captured = {path: digest_of(array_of(one)) for path, one in forward.activations.items()}
    after = state_of(model)
    plain, predictions = plain_calls(model, inputs)
    # What a model is given is shown as a layer, and Keras calls none for it.
    given = {info.path for info in activation_model.captured if info.class_name == "InputLayer"}
    unequal = [path for path in captured if path in plain and captured[path] != plain[path]]
    if digests(forward.predictions) != predictions:
        unequal.append("(predictions)")
    return HubComparison(
        name=name,
        input_shape=shape,
        layer_calls=len(captured),
        nested=sum("/" in path for path in captured),
        missing=sorted(plain.keys() - captured.keys()),
        unexpected=sorted(captured.keys() - plain.keys() - given),
        unequal=unequal,
        changed=[what for what in before if before[what] != after[what]],
    )


def plain_calls(model: keras.Model, inputs: Any) -> tuple[dict[str, bytes], list[bytes]]:
    """Gives the digest of what each layer call puts out in a plain pass, and of the predictions."""
    found: dict[str, bytes] = {}
    calls: dict[str, int] = {}
    with _calls_told() as told:

        def enter(layer: keras.Layer, parent: str | None) -> str:
            if parent is None:
                return ""
            path = f"{parent}/{layer.name}" if parent else layer.name
            calls[path] = calls.get(path, 0) + 1
            return path if calls[path] == 1 else f"{path}#{calls[path]}"

        def leave(path: str, result: Any) -> None:
            if not path:
                return
            tensors = [one for one in keras.tree.flatten(result) if keras.ops.is_tensor(one)]
            for index, tensor in enumerate(tensors):
                place = path if len(tensors) == 1 else f"{path}:{index}"
                found[place] = digest_of(array_of(tensor))

        told.enter, told.leave = enter, leave
        predictions = model(inputs, training=False)
    return found, digests(predictions)


class _Told:
    """Who is told of each layer call."""

    enter: Callable[[keras.Layer, str | None], str]
    leave: Callable[[str, Any], None]


@contextmanager
def _calls_told() -> Iterator[_Told]:
    told, stack = _Told(), list[str]()
    own = keras.Layer.__call__

    def call(layer: keras.Layer, *args: Any, **kwargs: Any) -> Any:
        path = told.enter(layer, stack[-1] if stack else None)
        stack.append(path)
        try:
            result = own(layer, *args, **kwargs)
        finally:
            stack.pop()
        told.leave(path, result)
        return result

    keras.Layer.__call__ = call
    try:
        yield told
    finally:
        keras.Layer.__call__ = own


def digests(predictions: Any) -> list[bytes]:
    return [digest_of(array_of(one)) for one in keras.tree.flatten(predictions)]


def main(names: list[str]) -> None:
    known = builders()
    found: list[dict[str, Any]] = []
    for name in names or known:
        keras.utils.clear_session()
        keras.utils.set_random_seed(0)
        comparison = compare(name, known[name]())
        print(f"{name}: {'; '.join(comparison.faults) or 'all equal'}", file=sys.stderr, flush=True)
        found.append(asdict(comparison))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
