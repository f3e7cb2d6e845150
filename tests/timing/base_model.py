"""A Whisper of the true ``base`` size that knows nothing: random weights, for timing alone.

What a model's arithmetic costs does not depend on its weights. Shape and vocabulary are those of OpenAI's
``base.en``: 80 mel bands, 6 + 6 layers, 8 heads, width 512, 51,864 tokens; 8-bit weights. Made on the fly and
kept in the user's cache, as it is some 75 MB.

It says the same words whatever it hears: what it says follows from the position in the text, as the positions'
vectors are large against everything else, and after a given number of tokens they point to the end of the text.
"""

from __future__ import annotations

import json
import tempfile
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.fixture_whisper.vocabulary import END, N_TIME_STAMPS, SPECIAL, START, Vocabulary

N_LAYERS: Final = 6
N_HEADS: Final = 8
WIDTH: Final = 512
N_MELS: Final = 80
N_FRAMES: Final = 1500
N_POSITIONS: Final = 448
N_TOKENS: Final = 51_864
N_BYTES: Final = 256
SEED: Final = 5

POSITION_SIZE: Final = 300.0
"""Norm of a position's vector, against 1 of a token's."""
END_SIZE: Final = 2000.0
"""The same, of what points to the end."""

Float32 = npt.NDArray[np.float32]


def base_model(n_said: int) -> Path:
    """The folder of a model that says so many tokens in every window, made where it is not there yet."""
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("voicesim")) / "bench" / f"base-random-{SEED}-{n_said}"
    if not (folder / "done").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as name:
            made = Path(name) / "made"
            write_base_model(made, n_said)
            (made / "done").touch()
            if not folder.exists():
                made.rename(folder)
    return folder


def write_base_model(folder: Path, n_said: int) -> None:
    """Write it as CTranslate2 reads it, with a tokenizer of made-up words."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    folder.mkdir(parents=True)
    vocabulary = Vocabulary([" ".join(_made_up_words(N_TOKENS - N_BYTES - len(SPECIAL) - N_TIME_STAMPS))])
    if len(vocabulary) != N_TOKENS:
        raise ValueError(f"the vocabulary has {len(vocabulary)} tokens, not {N_TOKENS}")
    spec = WhisperSpec(N_LAYERS, N_HEADS, N_LAYERS, N_HEADS)
    rng = np.random.default_rng(SEED)
    _fill_encoder(spec.encoder, rng)
    _fill_decoder(spec.decoder, rng, end=vocabulary.id(END), n_said=n_said)
    spec.register_vocabulary(list(vocabulary.tokens))
    config: Any = spec.config
    config.suppress_ids = []
    config.suppress_ids_begin = [vocabulary.id(END), vocabulary.id(START)]
    # As many as base.en has.
    config.alignment_heads = [[3, 3], [4, 7], [5, 1], [5, 5], [5, 7]]
    config.lang_ids = []
    spec.validate()
    spec.optimize("int8")
    spec.save(str(folder))
    vocabulary.write_tokenizer(folder / "tokenizer.json")
    features = {
        "feature_size": N_MELS,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(features) + "\n", "utf-8")


def _made_up_words(n: int) -> list[str]:
    return ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=4), n)]


def _fill_encoder(spec: Any, rng: np.random.Generator) -> None:
    spec.conv1.weight, spec.conv1.bias = _random(rng, WIDTH, N_MELS, 3), _zeros(WIDTH)
    spec.conv2.weight, spec.conv2.bias = _random(rng, WIDTH, WIDTH, 3), _zeros(WIDTH)
    spec.position_encodings.encodings = _random(rng, N_FRAMES, WIDTH)
    for layer in spec.layer:
        _fill_attention(layer.self_attention, rng, fused=3)
        _fill_feed_forward(layer.ffn, rng)
    _fill_norm(spec.layer_norm)


def _fill_decoder(spec: Any, rng: np.random.Generator, *, end: int, n_said: int) -> None:
    spec.scale_embeddings = False
    embeddings = _random(rng, N_TOKENS, WIDTH)
    spec.embeddings.weight = spec.projection.weight = embeddings
    positions = np.float32(POSITION_SIZE) * _random(rng, N_POSITIONS, WIDTH)
    # The first token is said at position 1: before it are the start and that there are no time stamps.
    positions[1 + n_said :] += np.float32(END_SIZE) * embeddings[end]
    spec.position_encodings.encodings = positions
    for layer in spec.layer:
        _fill_attention(layer.self_attention, rng, fused=3)
        _fill_attention(layer.attention, rng, fused=2)
        _fill_feed_forward(layer.ffn, rng)
    _fill_norm(spec.layer_norm)


def _fill_attention(spec: Any, rng: np.random.Generator, *, fused: int) -> None:
    """Query, key and value in one product where a layer looks at itself; the query apart where it looks elsewhere."""
    _fill_norm(spec.layer_norm)
    widths = [3, 1] if fused == 3 else [1, 2, 1]
    for linear, n in zip(spec.linear, widths, strict=True):
        linear.weight, linear.bias = _random(rng, n * WIDTH, WIDTH), _zeros(n * WIDTH)


def _fill_feed_forward(spec: Any, rng: np.random.Generator) -> None:
    _fill_norm(spec.layer_norm)
    spec.linear_0.weight, spec.linear_0.bias = _random(rng, 4 * WIDTH, WIDTH), _zeros(4 * WIDTH)
    spec.linear_1.weight, spec.linear_1.bias = _random(rng, WIDTH, 4 * WIDTH), _zeros(WIDTH)


def _fill_norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _random(rng: np.random.Generator, *shape: int) -> Float32:
    fan_in = int(np.prod(shape[1:]))
    return (rng.standard_normal(shape, dtype=np.float32) / np.float32(np.sqrt(fan_in))).astype(np.float32)


def _zeros(n: int) -> Float32:
    return np.zeros(n, np.float32)
