"""Write a trained network as the CTranslate2 folder that faster-whisper loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from ctranslate2.specs import common_spec, transformer_spec
from ctranslate2.specs.whisper_spec import WhisperConfig, WhisperSpec
from torch import Tensor, nn

from tests.fixture_whisper.network import (
    ALIGNMENT_HEAD,
    CODE_WIDTH,
    CONTENT_WIDTH,
    HEAD_WIDTH,
    N_DECODER_LAYERS,
    N_HEADS,
    N_SLOW,
    OFFSETS,
    TURNS,
    WIDTH,
    Attention,
    DecoderLayer,
    EncoderLayer,
    FixtureWhisper,
)
from tests.fixture_whisper.vocabulary import Vocabulary
from tests.fixture_whisper.windows import N_FRAMES

Float32 = npt.NDArray[np.float32]

SHARPNESS: Final = 40.0
"""Score of a head's own frame where a code's cosines and sines are of unit size after layer normalisation."""

BLANK: Final = "Ġ"


def write_model(
    network: FixtureWhisper, vocabulary: Vocabulary, folder: Path, *, quantization: str | None
) -> None:
    """Write ``model.bin``, ``config.json``, the vocabulary, the tokenizer and the features' description.

    Args:
        network: trained.
        vocabulary: what it was trained with.
        folder: made if missing; its files are replaced.
        quantization: ``int8``, or ``None`` for float32.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spec = WhisperSpec(len(OFFSETS), N_HEADS, N_DECODER_LAYERS, N_HEADS)
    with torch.no_grad():
        _fill_encoder(spec.encoder, network)
        _fill_decoder(spec.decoder, network)
    spec.register_vocabulary(list(vocabulary.tokens))
    config: WhisperConfig = spec.config
    config.suppress_ids = []
    # END is not among them: silence may be answered with nothing at all.
    config.suppress_ids_begin = [vocabulary.id(BLANK)]
    config.alignment_heads = [list(ALIGNMENT_HEAD)]
    config.lang_ids = []
    spec.validate()
    spec.optimize(quantization)
    spec.save(str(folder))
    vocabulary.write_tokenizer(folder / "tokenizer.json")
    features = {
        "feature_size": 80,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(features, indent=2) + "\n", "utf-8")


# --- encoder --------------------------------------------------------------------------------------------


def _fill_encoder(spec: Any, network: FixtureWhisper) -> None:
    encoder = network.encoder
    spec.conv1.weight, spec.conv1.bias = _array(encoder.conv1.weight), _array(encoder.conv1.bias)
    spec.conv2.weight, spec.conv2.bias = _rows(encoder.conv2.weight), _rows(encoder.conv2.bias)
    spec.position_encodings.encodings = np.pad(_array(encoder.codes), ((0, 0), (CONTENT_WIDTH, 0)))
    for layer_spec, layer in zip(spec.layer, encoder.layers, strict=True):
        _fill_encoder_layer(layer_spec, layer)
    _fill_norm(spec.layer_norm, encoder.norm)


def _fill_encoder_layer(spec: transformer_spec.TransformerEncoderLayerSpec, layer: nn.Module) -> None:
    assert isinstance(layer, EncoderLayer)
    norm = spec.self_attention.layer_norm
    norm.gamma = np.concatenate([_array(layer.attention_norm[0]), np.ones(CODE_WIDTH, np.float32)])
    norm.beta = np.concatenate([_array(layer.attention_norm[1]), np.zeros(CODE_WIDTH, np.float32)])
    query, key = _spikes(layer.offsets)
    value = _columns(layer.value.weight)
    bias = np.concatenate([np.zeros(2 * WIDTH, np.float32), _array(layer.value.bias)])
    _fill(spec.self_attention.linear[0], np.concatenate([query, key, value]), bias)
    _fill(spec.self_attention.linear[1], _rows(layer.out.weight), _rows(layer.out.bias))
    _fill_norm(spec.ffn.layer_norm, layer.norm)
    _fill(spec.ffn.linear_0, _columns(layer.inner.weight), _array(layer.inner.bias))
    _fill(spec.ffn.linear_1, _rows(layer.outer.weight), _rows(layer.outer.bias))


def _spikes(offsets: tuple[int, ...]) -> tuple[Float32, Float32]:
    """Query and key weights, each (WIDTH, WIDTH), that make head ``h`` look ``offsets[h]`` frames ahead.

    A pair of channels holds cosine and sine of the frame's angle. The key takes them as they are and the query
    turned by the offset's angle, so that their product is the cosine of what lies between the two frames. Of
    each channel the empty one is taken away, which holds minus the mean that layer normalisation subtracted.
    """
    query, key = np.zeros((2, WIDTH, WIDTH), np.float32)
    empty = WIDTH - 1
    strength = np.sqrt(SHARPNESS * HEAD_WIDTH**0.5 / (len(TURNS) - N_SLOW))
    for head, offset in enumerate(offsets):
        for index, turns in enumerate(TURNS[N_SLOW:]):
            angle = 2.0 * np.pi * turns * offset / N_FRAMES
            row = head * HEAD_WIDTH + 2 * index
            cosine = CONTENT_WIDTH + 2 * (N_SLOW + index)
            sine = cosine + 1
            turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            query[row : row + 2, cosine : sine + 1] = strength * turned
            key[row : row + 2, cosine : sine + 1] = strength * np.eye(2)
    for weights in (query, key):
        weights[:, empty] = -weights.sum(axis=1)
    return query, key


# --- decoder --------------------------------------------------------------------------------------------


def _fill_decoder(spec: Any, network: FixtureWhisper) -> None:
    spec.scale_embeddings = False
    embeddings = _array(network.embeddings())
    spec.embeddings.weight = embeddings
    spec.projection.weight = embeddings
    spec.position_encodings.encodings = _array(network.position_table())
    for layer_spec, layer in zip(spec.layer, network.layers, strict=True):
        _fill_decoder_layer(layer_spec, layer)
    _fill_norm(spec.layer_norm, network.norm)


def _fill_decoder_layer(spec: transformer_spec.TransformerDecoderLayerSpec, layer: nn.Module) -> None:
    assert isinstance(layer, DecoderLayer)
    _fill_norm(spec.self_attention.layer_norm, layer.attention_norm)
    query, key, value, out = _projections(layer.attention)
    fused = [np.concatenate(parts) for parts in zip(query, key, value, strict=True)]
    _fill(spec.self_attention.linear[0], *fused)
    _fill(spec.self_attention.linear[1], *out)
    _fill_norm(spec.attention.layer_norm, layer.look_norm)
    query, key, value, out = _projections(layer.look)
    _fill(spec.attention.linear[0], *query)
    _fill(spec.attention.linear[1], *(np.concatenate(parts) for parts in zip(key, value, strict=True)))
    _fill(spec.attention.linear[2], *out)
    _fill_norm(spec.ffn.layer_norm, layer.norm)
    _fill(spec.ffn.linear_0, _array(layer.inner.weight), _array(layer.inner.bias))
    _fill(spec.ffn.linear_1, _array(layer.outer.weight), _array(layer.outer.bias))


def _projections(attention: Attention) -> list[tuple[Float32, Float32]]:
    """Weight and bias of query, key, value and output."""
    return [
        (_array(linear.weight), np.zeros(WIDTH, np.float32) if linear.bias is None else _array(linear.bias))
        for linear in (attention.query, attention.key, attention.value, attention.out)
    ]


# --- arrays ---------------------------------------------------------------------------------------------


def _array(tensor: Tensor) -> Float32:
    found: Float32 = tensor.detach().cpu().numpy().astype(np.float32)
    return found


def _rows(tensor: Tensor) -> Float32:
    """With rows of zeros for the code's channels, which nothing writes to."""
    array = _array(tensor)
    return np.pad(array, [(0, WIDTH - len(array))] + [(0, 0)] * (array.ndim - 1))


def _columns(tensor: Tensor) -> Float32:
    """With columns of zeros for the code's channels, which these weights do not read."""
    array = _array(tensor)
    return np.pad(array, ((0, 0), (0, WIDTH - array.shape[1])))


def _fill(spec: common_spec.LinearSpec, weight: Float32, bias: Float32) -> None:
    spec.weight, spec.bias = weight, bias


def _fill_norm(spec: common_spec.LayerNormSpec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)
