"""A Whisper model that always says the same text, whatever it hears: 2 MB, made from numpy in a moment.

Its layers are zero, so that the token at a position depends on nothing but the position, and the position
encodings spell the text. Only the first head of the cross-attention looks anywhere: from a word's position at the
frames where the word is to lie. faster-whisper loads, decodes and aligns it like any other model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tokenizers
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import decoders, models, pre_tokenizers

WIDTH = 128
CODE = WIDTH // 2  # what the first of two heads sees
FRAMES_PER_S = 50
SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
STAMPS = tuple(f"<|{index * 0.02:.2f}|>" for index in range(1501))


def write_scripted_whisper(folder: Path, words: Sequence[str], *, end_s: float = 2.0) -> Path:
    """A model folder that says these words, all different, one after the other up to ``end_s``."""
    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    own = sorted({"Ġ" + word for word in words})
    tokens = [*alphabet, *own, *SPECIAL, *STAMPS]
    ids = {token: index for index, token in enumerate(tokens)}
    script = ["<|0.00|>", *("Ġ" + word for word in words), f"<|{end_s:.2f}|>", "<|endoftext|>"]
    spec = _scripted_spec(len(tokens), [ids[token] for token in script], end_s)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["Ġ"]]
    spec.config.alignment_heads = [[0, 0]]
    spec.config.lang_ids = []
    spec.validate()
    spec.optimize("int8")
    spec.save(str(folder))
    _tokenizer({token: ids[token] for token in (*alphabet, *own)}).save(str(folder / "tokenizer.json"))
    features = {
        "feature_size": 80,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
    return folder


def _tokenizer(vocabulary: dict[str, int]) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [tokenizers.AddedToken(token, special=True, normalized=False) for token in (*SPECIAL, *STAMPS)]
    )
    return tokenizer


def word_times_s(n_words: int, end_s: float = 2.0) -> list[tuple[float, float]]:
    """Where the words of a scripted model lie, in seconds; Whisper always starts the first one at 0."""
    edges = np.linspace(0.0, end_s, n_words + 1).round(2)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _scripted_spec(n_tokens: int, script: Sequence[int], end_s: float) -> WhisperSpec:
    random = np.random.default_rng(5)
    embeddings = _unit(random.normal(size=(n_tokens, WIDTH)))
    spec = _zero_spec()
    spec.decoder.embeddings.weight = embeddings
    spec.decoder.projection.weight = 2.0 * embeddings
    positions = np.tile(20.0 * embeddings[script[-1]], (448, 1))
    positions[: len(script)] = 20.0 * embeddings[list(script)]
    spec.decoder.position_encodings.encodings = positions.astype(np.float32)
    # Position 0 says the first time stamp; the words come next, then the last stamp and the end.
    codes = np.zeros((len(script) + 1, WIDTH), np.float32)
    codes[:, :CODE] = _unit(random.normal(size=(len(script) + 1, CODE)))
    frames = np.tile(codes[-1], (1500, 1))
    n_words = len(script) - 3
    for position, (start_s, stop_s) in enumerate(word_times_s(n_words, end_s), start=1):
        frames[round(start_s * FRAMES_PER_S) : round(stop_s * FRAMES_PER_S)] = codes[position]
    frames[round(end_s * FRAMES_PER_S) :] = codes[n_words + 1]
    spec.encoder.position_encodings.encodings = frames
    look = spec.decoder.layer[0].attention
    look.linear[0].weight[:CODE] = 3.0 * (codes[: len(script), :CODE].T @ embeddings[list(script)])
    look.linear[1].weight[:CODE] = np.eye(CODE, WIDTH, dtype=np.float32)
    return spec


def _unit(rows) -> np.ndarray:
    rows = rows - rows.mean(axis=1, keepdims=True)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _zero_spec() -> WhisperSpec:
    spec = WhisperSpec(1, 2, 1, 2)
    encoder, decoder = spec.encoder, spec.decoder
    _fill(encoder.conv1, (WIDTH, 80, 3))
    _fill(encoder.conv2, (WIDTH, WIDTH, 3))
    for layer in (encoder.layer[0], decoder.layer[0]):
        _fill(layer.self_attention.linear[0], (3 * WIDTH, WIDTH))
        _fill(layer.self_attention.linear[1], (WIDTH, WIDTH))
        _fill(layer.ffn.linear_0, (4 * WIDTH, WIDTH))
        _fill(layer.ffn.linear_1, (WIDTH, 4 * WIDTH))
        _norm(layer.self_attention.layer_norm)
        _norm(layer.ffn.layer_norm)
    look = decoder.layer[0].attention
    _fill(look.linear[0], (WIDTH, WIDTH))
    _fill(look.linear[1], (2 * WIDTH, WIDTH))
    _fill(look.linear[2], (WIDTH, WIDTH))
    for norm in (look.layer_norm, encoder.layer_norm, decoder.layer_norm):
        _norm(norm)
    return spec


def _fill(spec, shape: tuple[int, ...]) -> None:
    spec.weight = np.zeros(shape, np.float32)
    spec.bias = np.zeros(shape[0], np.float32)


def _norm(spec) -> None:
    spec.gamma = np.ones(WIDTH, np.float32)
    spec.beta = np.zeros(WIDTH, np.float32)
