"""Whisper's architecture, small, with the encoder's attention laid out by hand.

A Whisper encoder may attend to any frame from any frame. Here each head looks at the one frame that lies a
fixed number of frames away, which makes the encoder a dilated convolution: it hears a word alike wherever in
the 30 s window it is said, and so little speech and little time are enough to train it. The trick is a position
code of its own (:func:`position_codes`): sines and cosines of frequencies that fit the window a whole number of
times, in channels that nothing else writes to. Two codes ``n`` frames apart differ by a rotation, so query and
key weights that rotate by a head's offset make its attention a spike there, and it wraps around at the window's
ends. In training the spike is a shift of frames; ``export.py`` writes the weights.

A time stamp's token carries the same code as its frame, so that the decoder can turn where it looks into the
time that it writes, for all 1,501 of them alike. The decoder is otherwise as any Whisper's, and learns.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.fixture_whisper.windows import N_FRAMES, N_MELS

WIDTH: Final = 128
N_HEADS: Final = 4
HEAD_WIDTH: Final = WIDTH // N_HEADS
INNER_WIDTH: Final = 4 * WIDTH
N_DECODER_LAYERS: Final = 3
N_POSITIONS: Final = 448

CODE_WIDTH: Final = 32
CONTENT_WIDTH: Final = WIDTH - CODE_WIDTH
TURNS: Final = (1, 3, 8, 45, 116, 160, 232, 240, 275, 279, 292, 327, 425, 617, 642)
"""How often each sine of the position code turns in one window."""

N_SLOW: Final = 3
"""The first frequencies tell roughly where; the others, found by random search, are least alike at any other frame:
their cosines add up to at most 0.434 of what they add up to at their own."""

CODE_SIZE: Final = 6.0
"""Large against the content, so that layer normalisation shrinks all frames' codes about equally: where one frame's
is more than 1 / 0.434 times another's, the wrong frame can win."""

OFFSETS: Final = ((-6, -3, 3, 6), (-20, -10, 10, 20), (-62, -31, 31, 62))
"""The frame that each head of each encoder layer looks at, counted from its own."""

ALIGNMENT_HEAD: Final = (N_DECODER_LAYERS - 1, 0)
"""Attends to the frames of the token that comes next: (layer, head)."""


def position_codes(frames: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The code of each frame: pairs of cosine and sine, a ramp over the window, and a channel that stays 0.

    The ramp tells the two ends of the window apart; from the empty channel the encoder's attention reads the
    mean that layer normalisation took off.

    Args:
        frames: (n,) at 50 a second.

    Returns:
        (n, CODE_WIDTH)
    """
    codes = np.zeros((len(frames), CODE_WIDTH), np.float32)
    for index, turns in enumerate(TURNS):
        angles = 2.0 * np.pi * turns * frames / N_FRAMES
        codes[:, 2 * index], codes[:, 2 * index + 1] = np.cos(angles), np.sin(angles)
    codes[:, 2 * len(TURNS)] = np.cos(np.pi * frames / N_FRAMES)
    return np.float32(CODE_SIZE) * codes


class EncoderLayer(nn.Module):
    """Four frames at fixed distances, then the feed-forward part; both read and write the content channels."""

    def __init__(self, offsets: tuple[int, ...]) -> None:
        super().__init__()
        self.offsets = offsets
        # Over all channels; the code's own are neither scaled nor moved, so that attention can rely on them.
        self.attention_norm = nn.Parameter(
            torch.stack([torch.ones(CONTENT_WIDTH), torch.zeros(CONTENT_WIDTH)])
        )
        self.value = nn.Linear(CONTENT_WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, CONTENT_WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.inner = nn.Linear(CONTENT_WIDTH, INNER_WIDTH)
        self.outer = nn.Linear(INNER_WIDTH, CONTENT_WIDTH)

    def forward(self, content: Tensor, codes: Tensor) -> Tensor:
        """(batch, frames, CONTENT_WIDTH) to the same."""
        normal = functional.layer_norm(torch.cat([content, codes], -1), (WIDTH,))[..., :CONTENT_WIDTH]
        heads = self.value(normal * self.attention_norm[0] + self.attention_norm[1]).split(HEAD_WIDTH, -1)
        seen = [head.roll(-offset, 1) for head, offset in zip(heads, self.offsets, strict=True)]
        content = content + self.out(torch.cat(seen, -1))
        normal = self.norm(torch.cat([content, codes], -1))[..., :CONTENT_WIDTH]
        return content + self.outer(functional.gelu(self.inner(normal)))


class Encoder(nn.Module):
    """(batch, 80, 3000) features to (batch, 1500, WIDTH)."""

    codes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(N_MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, CONTENT_WIDTH, 3, stride=2, padding=1)
        self.layers = nn.ModuleList(EncoderLayer(offsets) for offsets in OFFSETS)
        self.norm = nn.LayerNorm(WIDTH)
        self.register_buffer("codes", torch.from_numpy(position_codes(np.arange(N_FRAMES))), persistent=False)

    def forward(self, features: Tensor, first_frame: int = 0) -> Tensor:
        """What the decoder looks at; fewer features are a part of a window, of which ``first_frame`` is the first."""
        content = functional.gelu(self.conv2(functional.gelu(self.conv1(features)))).transpose(1, 2)
        codes = self.codes[first_frame : first_frame + content.shape[1]].expand(len(content), -1, -1)
        for layer in self.layers:
            content = layer(content, codes)
        found: Tensor = self.norm(torch.cat([content, codes], -1))
        return found


class Attention(nn.Module):
    """Multi-head attention as Whisper has it: no bias on the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH, bias=False)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, queries: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The result, and the logarithm of the attention: (batch, heads, n_queries, n_memory)."""
        query, key, value = (
            projected.unflatten(-1, (N_HEADS, HEAD_WIDTH)).transpose(1, 2)
            for projected in (self.query(queries), self.key(memory), self.value(memory))
        )
        scores = query @ key.transpose(-1, -2) * HEAD_WIDTH**-0.5
        if mask is not None:
            scores = scores + mask
        weights = scores.log_softmax(-1)
        return self.out((weights.exp() @ value).transpose(1, 2).flatten(-2)), weights


class DecoderLayer(nn.Module):
    """Self-attention, a look at the encoder's frames, the feed-forward part."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.look_norm = nn.LayerNorm(WIDTH)
        self.look = Attention()
        self.norm = nn.LayerNorm(WIDTH)
        self.inner = nn.Linear(WIDTH, INNER_WIDTH)
        self.outer = nn.Linear(INNER_WIDTH, WIDTH)
        self._pass_on_where()

    def forward(self, hidden: Tensor, frames: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The next hidden states, and the logarithm of the attention to the frames."""
        normal = self.attention_norm(hidden)
        hidden = hidden + self.attention(normal, normal, mask)[0]
        seen, weights = self.look(self.look_norm(hidden), frames)
        hidden = hidden + seen
        return hidden + self.outer(functional.gelu(self.inner(self.norm(hidden)))), weights

    @torch.no_grad()
    def _pass_on_where(self) -> None:
        """Begin with a first head that writes the code of where it looks, and looks near where the code says."""
        code = slice(CONTENT_WIDTH, WIDTH)
        head = slice(0, HEAD_WIDTH)
        eye = torch.eye(HEAD_WIDTH)
        self.look.value.weight[head] = 0.0
        self.look.value.weight[head, code] = eye
        self.look.out.weight[:, head] = 0.0
        self.look.out.weight[code, head] = eye
        self.look.query.weight[head, code] += eye
        self.look.key.weight[head, code] += eye


class FixtureWhisper(nn.Module):
    """The whole model.

    Args:
        n_tokens: size of the vocabulary.
        first_stamp: id of the time stamp 0.00; all ids from there on are time stamps.
    """

    stamp_codes: Tensor

    def __init__(self, n_tokens: int, first_stamp: int) -> None:
        super().__init__()
        self.n_tokens, self.first_stamp = n_tokens, first_stamp
        self.encoder = Encoder()
        self.tokens = nn.Parameter(torch.randn(first_stamp, WIDTH) * 0.1)
        self.stamp = nn.Parameter(torch.randn(CONTENT_WIDTH) * 0.1)
        self.stamp_scale = nn.Parameter(torch.tensor(0.1))
        codes = torch.from_numpy(position_codes(np.arange(n_tokens - first_stamp)))
        self.register_buffer("stamp_codes", codes, persistent=False)
        self.positions = nn.Parameter(torch.from_numpy(_sinusoids(N_POSITIONS, CONTENT_WIDTH)) * 0.1)
        self.layers = nn.ModuleList(DecoderLayer() for _ in range(N_DECODER_LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        # Helpers of training, not part of the model: the words around each frame.
        self.around = nn.Linear(WIDTH, 3 * first_stamp)

    def embeddings(self) -> Tensor:
        """(n_tokens, WIDTH), for what goes in and for what comes out."""
        stamps = torch.cat(
            [self.stamp.expand(len(self.stamp_codes), -1), self.stamp_scale * self.stamp_codes], -1
        )
        return torch.cat([self.tokens, stamps])

    def position_table(self) -> Tensor:
        """(N_POSITIONS, WIDTH): of the decoder's steps."""
        return functional.pad(self.positions, (0, CODE_WIDTH))

    def decode(self, inputs: Tensor, frames: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Logits (batch, n, n_tokens), and each layer's log-attention to the frames."""
        embeddings = self.embeddings()
        n_steps = inputs.shape[1]
        hidden = functional.embedding(inputs, embeddings) + self.position_table()[:n_steps]
        mask = torch.full((n_steps, n_steps), -torch.inf, device=inputs.device).triu(1)
        looks = []
        for layer in self.layers:
            hidden, weights = layer(hidden, frames, mask)
            looks.append(weights)
        return self.norm(hidden) @ embeddings.T, looks

    @torch.no_grad()
    def know_words(self) -> None:
        """Begin the decoder with what the encoder knows.

        Each token begins as the direction by which frames of its word are known, and the first head of the first
        layer compares tokens and frames along those directions' principal components.
        """
        known = self.around.weight.unflatten(0, (3, -1))[1, :, :CONTENT_WIDTH]
        known = known - known.mean(0)
        known = known / known.norm(dim=1, keepdim=True).clamp(min=1e-6)
        self.tokens[:, :CONTENT_WIDTH] = known
        components = torch.linalg.svd(known, full_matrices=False).Vh[:HEAD_WIDTH]
        look = self.layers[0].look
        for weight in (look.query.weight, look.key.weight):
            weight[:HEAD_WIDTH] = functional.pad(components, (0, CODE_WIDTH))


def _sinusoids(n_positions: int, width: int) -> npt.NDArray[np.float32]:
    """Whisper's own: sines, then cosines, of periods from 2 pi to 10,000 times that."""
    scales = np.exp(-np.log(10000.0) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(n_positions)[:, None] * scales[None, :]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
