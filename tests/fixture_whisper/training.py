"""Teach the network: what to write, where each token is said, and what word is said around each frame."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from tests.fixture_whisper.network import ALIGNMENT_HEAD, FixtureWhisper
from tests.fixture_whisper.windows import (
    IGNORED,
    LAST_FIRST_STAMP,
    N_FRAMES,
    REACH_FRAMES,
    SHORT_FRAMES,
    Fill,
    Window,
    WindowMaker,
)

HERE_HEADS: Final = ((0, 0), (1, 0))
"""Decoder heads that are shown the frames of the token they are given: (layer, head)."""

NEXT_HEADS: Final = ((1, 1), (2, 1))
"""Decoder heads that are shown the frames of the token that comes next; ALIGNMENT_HEAD is one more."""

SHARE_WHOLE: Final = 0.25
"""Of the batches of whole windows so many keep the silence at their end."""

FRAMES_ASKED: Final = 500
"""Of each window's frames this many, drawn anew, are asked for the words around them."""


class Phase(StrEnum):
    """What is taught."""

    HEAR = "the encoder: to know the words around each frame"
    SPELL = "the decoder: single utterances, wherever in the window"
    WRITE = "the decoder: whole windows"
    BOTH = "both: whole windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast."""

    phase: Phase
    n_steps: int
    batch: int
    rate: float
    warm_up: int = 200
    share_shuffled: float = 0.4
    share_full: float = 0.0
    """So many of the windows hold as much as goes into them, as packed ones do."""
    look_weight: float = 0.3
    around_weight: float = 0.3
    seed: int = 1

    def scaled(self, factor: float) -> Plan:
        """The same with this many times the steps."""
        return replace(self, n_steps=max(1, round(self.n_steps * factor)))


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded at the end, or those parts of windows that hold speech."""

    first_frame: Tensor
    features: Tensor
    inputs: Tensor
    targets: Tensor
    input_spans: Tensor
    target_spans: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> Batch:
        """On a device."""
        return Batch(*(getattr(self, name).to(device, non_blocking=True) for name in self.__slots__))


_FILLS: Final = {Phase.HEAR: Fill.FULL, Phase.SPELL: Fill.SHORT, Phase.WRITE: Fill.ANY, Phase.BOTH: Fill.ANY}


class _Stream(IterableDataset[Window]):
    """Windows without end; each worker has its own."""

    def __init__(self, make_maker: Callable[[int], WindowMaker], plan: Plan, seed: int) -> None:
        self._make_maker, self._plan, self._seed = make_maker, plan, seed

    def __iter__(self) -> Iterator[Window]:
        torch.set_num_threads(1)
        info = get_worker_info()
        maker = self._make_maker(self._seed * 1000 + (info.id if info else 0))
        rng = np.random.default_rng(self._seed)
        while True:
            fill = Fill.FULL if rng.random() < self._plan.share_full else _FILLS[self._plan.phase]
            yield maker.make(fill, share_shuffled=self._plan.share_shuffled)


def collate(windows: Sequence[Window]) -> Batch:
    """Stack windows, the tokens padded to the longest."""
    longest = max(len(window.inputs) for window in windows)

    def padded(name: str, fill: int) -> Tensor:
        rows = []
        for window in windows:
            array = getattr(window, name)
            widths = [(0, longest - len(array))] + [(0, 0)] * (array.ndim - 1)
            rows.append(np.pad(array, widths, constant_values=fill))
        return torch.from_numpy(np.stack(rows))

    return Batch(
        first_frame=torch.zeros((), dtype=torch.long),
        features=torch.from_numpy(np.stack([window.features for window in windows])),
        inputs=padded("inputs", 0),
        targets=padded("targets", IGNORED),
        input_spans=padded("input_spans", -1),
        target_spans=padded("target_spans", -1),
        labels=torch.from_numpy(np.stack([window.labels for window in windows])),
    )


def crop(batch: Batch, n_frames: int, first_stamp: int) -> Batch:
    """The first frames of windows that are silent after them, put at a random place of the 30 s.

    Args:
        n_frames: more than the encoder's reach beyond the last sound.
        first_stamp: id of the time stamp 0.00.
    """
    first_frame = (
        torch.randint(N_FRAMES - n_frames + 1, ())
        if torch.rand(()) < 0.7
        else torch.zeros((), dtype=torch.long)
    )

    def later(ids: Tensor) -> Tensor:
        return torch.where(ids >= first_stamp, (ids + first_frame).clamp(max=first_stamp + N_FRAMES), ids)

    inputs, targets = later(batch.inputs), later(batch.targets)
    if first_frame > 0:  # then no allowed first stamp is right: what is taken for it says nothing
        is_first = (batch.inputs >= first_stamp).cumsum(1) == 1
        is_first &= batch.inputs >= first_stamp
        allowed = first_stamp + torch.randint(LAST_FIRST_STAMP + 1, inputs.shape)
        inputs = torch.where(is_first, torch.minimum(inputs, allowed), inputs)
    return replace(
        batch,
        first_frame=first_frame,
        features=batch.features[..., : 2 * n_frames],
        inputs=inputs,
        targets=targets,
        input_spans=batch.input_spans.clamp(max=n_frames),
        target_spans=batch.target_spans.clamp(max=n_frames),
        labels=batch.labels[..., :n_frames],
    )


def trim(batch: Batch) -> Batch:
    """The windows without the silence that all of them end with, but for the encoder's reach; some stay whole."""
    n_frames = min(N_FRAMES, max(int(batch.target_spans.max()), 0) + 1 + REACH_FRAMES)
    if torch.rand(()) < SHARE_WHOLE:
        return batch
    return replace(
        batch,
        features=batch.features[..., : 2 * n_frames],
        input_spans=batch.input_spans.clamp(max=n_frames),
        target_spans=batch.target_spans.clamp(max=n_frames),
        labels=batch.labels[..., :n_frames],
    )


def train(
    network: FixtureWhisper,
    make_maker: Callable[[int], WindowMaker],
    plan: Plan,
    *,
    save: Callable[[int], None],
    done: int = 0,
    n_workers: int = 1,
    say: Callable[[str], None] = print,
) -> None:
    """Run a plan; ``save`` is called with the number of steps done, every few minutes and at the end.

    Args:
        network: trained in place, on the device where it is.
        make_maker: a source of windows for a seed.
        done: steps of the plan that ``network`` has behind it.
    """
    device = next(network.parameters()).device
    loader = DataLoader(
        _Stream(make_maker, plan, plan.seed + done),
        batch_size=plan.batch,
        collate_fn=collate,
        num_workers=n_workers,
        prefetch_factor=4,
    )
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    shape = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_at(done + step, plan))
    sums: dict[str, float] = {}
    began_s = saved_s = time.monotonic()
    for step, batch in enumerate(loader, done + 1):
        if plan.phase is Phase.SPELL:
            batch = crop(batch, SHORT_FRAMES, network.first_stamp)  # noqa: PLW2901 - the whole one is not needed
        elif plan.phase is not Phase.HEAR:
            batch = trim(batch)  # noqa: PLW2901 - the same
        loss, report = _losses(network, batch.to(device), plan)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        shape.step()
        for name, value in report.items():
            sums[name] = sums.get(name, 0.0) + value
        if step % 100 == 0:
            figures = " ".join(f"{name} {value / 100:.3f}" for name, value in sums.items())
            say(f"step {step}/{plan.n_steps} {time.monotonic() - began_s:.0f} s: {figures}")
            sums.clear()
        if step >= plan.n_steps:
            break
        if time.monotonic() - saved_s > 180.0:
            save(step)
            saved_s = time.monotonic()
    save(plan.n_steps)


def _rate_at(step: int, plan: Plan) -> float:
    """A linear rise, then half a cosine down to 2 %."""
    if step < plan.warm_up:
        return (step + 1) / plan.warm_up
    done = (step - plan.warm_up) / max(plan.n_steps - plan.warm_up, 1)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))


def _losses(network: FixtureWhisper, batch: Batch, plan: Plan) -> tuple[Tensor, dict[str, float]]:
    if plan.phase is Phase.HEAR:
        around, hits = _words_around(network, network.encoder(batch.features), batch.labels)
        return around, {"around": around.item(), "word": hits}
    with torch.set_grad_enabled(plan.phase is Phase.BOTH):
        frames = network.encoder(batch.features, int(batch.first_frame))
    logits, looks = network.decode(batch.inputs, frames)
    said = functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)
    here = torch.stack([_off_target(looks[layer][:, head], batch.input_spans) for layer, head in HERE_HEADS])
    nexts = torch.stack(
        [_off_target(looks[layer][:, head], batch.target_spans) for layer, head in NEXT_HEADS]
    )
    layer, head = ALIGNMENT_HEAD
    aligned = _unlike_span(looks[layer][:, head], batch.target_spans)
    loss = said + plan.look_weight * (here.sum() + nexts.sum() + aligned)
    asked = batch.targets != IGNORED
    is_text = asked & (batch.targets < network.first_stamp)
    right = logits.argmax(-1) == batch.targets
    report = {
        "said": said.item(),
        "text": float(right[is_text].float().mean()),
        "stamp": float(right[asked & ~is_text].float().mean()) if bool((asked & ~is_text).any()) else 1.0,
        **{f"here{index}": value.item() for index, value in enumerate(here)},
        **{f"next{index}": value.item() for index, value in enumerate(nexts)},
        "align": aligned.item(),
    }
    if plan.phase is Phase.BOTH:
        around, hits = _words_around(network, frames, batch.labels)
        loss = loss + plan.around_weight * around
        report |= {"around": around.item(), "word": hits}
    return loss, report


def _off_target(log_look: Tensor, spans: Tensor) -> Tensor:
    """Mean of -log of how much of the attention lies within the spans.

    Args:
        log_look: (batch, n_tokens, n_frames).
        spans: (batch, n_tokens, 2); rows below zero are left out.
    """
    inside, is_asked = _inside(spans, log_look.shape[-1])
    within = log_look.masked_fill(~inside, -torch.inf)[is_asked].logsumexp(-1)
    return -within.clamp(min=-30.0).mean()


def _unlike_span(log_look: Tensor, spans: Tensor) -> Tensor:
    """Mean divergence of an even look over the span from the attention: 0 where they are alike."""
    inside, is_asked = _inside(spans, log_look.shape[-1])
    inside, log_look = inside[is_asked].float(), log_look[is_asked]
    length = inside.sum(-1)
    return -((log_look * inside).sum(-1) / length + length.log()).mean()


def _inside(spans: Tensor, n_frames: int) -> tuple[Tensor, Tensor]:
    frames = torch.arange(n_frames, device=spans.device)
    inside = (frames >= spans[..., :1]) & (frames < spans[..., 1:])
    return inside, (spans[..., 0] >= 0) & inside.any(-1)


def _words_around(network: FixtureWhisper, frames: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Cross-entropy of the words before, at and after some frames, and how often the one at them is right."""
    chosen = torch.randint(frames.shape[1], (FRAMES_ASKED,), device=frames.device)
    logits = network.around(frames[:, chosen]).unflatten(-1, (3, -1))
    asked = labels[:, :, chosen].transpose(1, 2)
    loss = functional.cross_entropy(logits.flatten(0, 2), asked.flatten())
    at_words = asked[..., 1] > 0
    hits = (logits[..., 1, :].argmax(-1) == asked[..., 1])[at_words].float().mean() if at_words.any() else 1.0
    return loss, float(hits)
