"""Make the model: ``python -m tests.fixture_whisper.make``. See README.md for what it needs and how long it takes."""

from __future__ import annotations

import argparse
import functools
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from tests.fixture_whisper.corpus import (
    STRETCHES,
    Fixture,
    read_fixtures,
    render_variations,
    shuffled_texts,
    write_truth,
)
from tests.fixture_whisper.evaluate import TRUTH
from tests.fixture_whisper.export import write_model
from tests.fixture_whisper.flite_voice import VOICES, Flite
from tests.fixture_whisper.network import FixtureWhisper
from tests.fixture_whisper.training import Phase, Plan, train
from tests.fixture_whisper.vocabulary import Vocabulary
from tests.fixture_whisper.windows import WindowMaker

HERE: Final = Path(__file__).resolve().parent
FIXTURES: Final = HERE.parents[1] / "audio_fixtures"
SEED: Final = 20261121

RECIPE: Final = (
    Plan(phase=Phase.HEAR, n_steps=4200, batch=2, rate=2e-3),
    Plan(phase=Phase.SPELL, n_steps=800, batch=12, rate=1.5e-3),
    Plan(phase=Phase.WRITE, n_steps=1200, batch=4, rate=8e-4, share_shuffled=0.1, share_full=0.3),
)

say = functools.partial(print, flush=True)


def main() -> int:
    """Render, train, write; each phase's result is kept, so that a run that was broken off goes on from it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "model", help="where the model goes")
    parser.add_argument(
        "--work", type=Path, default=Path("build/fixture_whisper"), help="where phases are kept"
    )
    parser.add_argument(
        "--start", type=Path, help="begin with the weights of this file; words are matched by spelling"
    )
    parser.add_argument("--phases", nargs="+", choices=[phase.name for phase in Phase], help="only these")
    parser.add_argument("--scale", type=float, default=1.0, help="this many times the steps")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    began_s = time.monotonic()
    options.work.mkdir(parents=True, exist_ok=True)
    fixtures, make_maker, vocabulary = _corpus()
    say(f"speech rendered in {time.monotonic() - began_s:.0f} s; {len(vocabulary)} tokens")

    network = FixtureWhisper(len(vocabulary), vocabulary.first_stamp)
    if options.start:
        _load(network, vocabulary, options.start)
    network.to(device)
    for index, plan in enumerate(RECIPE):
        kept = options.work / f"{index}-{plan.phase.name.lower()}.pt"
        if options.phases and plan.phase.name not in options.phases:
            continue
        if kept.exists():
            _load(network, vocabulary, kept)
            continue
        say(f"{plan.phase.name}: {plan.phase.value}")
        part = kept.with_suffix(".part")
        done = _load(network, vocabulary, part) if part.exists() else 0
        if plan.phase is Phase.SPELL and not options.start and not done:
            network.know_words()
        train(
            network,
            make_maker,
            plan.scaled(options.scale),
            save=functools.partial(_save, network, vocabulary, part),
            done=done,
            say=say,
        )
        part.replace(kept)
    write_model(network.cpu(), vocabulary, options.out, quantization="int8")
    write_truth(fixtures, options.out / TRUTH)
    size = sum(path.stat().st_size for path in options.out.iterdir())
    say(f"{options.out}: {size / 1e6:.2f} MB, made in {time.monotonic() - began_s:.0f} s")
    return 0


def _corpus() -> tuple[tuple[Fixture, ...], functools.partial[WindowMaker], Vocabulary]:
    """All speech, and what makes windows of it."""
    flite = Flite()
    rng = np.random.default_rng(SEED)
    fixtures = read_fixtures(FIXTURES, flite)
    texts = [fixture.spoken.text for fixture in fixtures]
    variations = render_variations(fixtures, flite)
    shuffled = [
        flite.say(text, VOICES[rng.integers(len(VOICES))], STRETCHES[rng.integers(len(STRETCHES))])
        for text in shuffled_texts(texts, rng)
    ]
    vocabulary = Vocabulary(texts)
    said = [[fixture.spoken, *variations[fixture.name]] for fixture in fixtures]
    return fixtures, functools.partial(WindowMaker, said, shuffled, vocabulary), vocabulary


def _save(network: FixtureWhisper, vocabulary: Vocabulary, path: Path, done: int) -> None:
    unfinished = path.with_suffix(".new")
    torch.save({"tokens": list(vocabulary.tokens), "state": network.state_dict(), "done": done}, unfinished)
    unfinished.replace(path)


def _load(network: FixtureWhisper, vocabulary: Vocabulary, path: Path) -> int:
    """Take over weights; what belongs to a word is matched by the word, and new words stay as they are.

    Returns:
        How many steps of its phase they have behind them.
    """
    kept = torch.load(path, weights_only=True, map_location="cpu")
    row_of = {token: row for row, token in enumerate(kept["tokens"])}
    pairs = [
        (row, row_of[token])
        for row, token in enumerate(vocabulary.tokens[: vocabulary.first_stamp])
        if token in row_of
    ]
    here, there = (torch.tensor(rows) for rows in zip(*pairs, strict=True))
    state: dict[str, Tensor] = kept["state"]
    for name, groups in (("tokens", 1), ("around.weight", 3), ("around.bias", 3)):
        own = network.state_dict()[name].cpu().clone().unflatten(0, (groups, -1))
        own[:, here] = state[name].unflatten(0, (groups, -1))[:, there]
        state[name] = own.flatten(0, 1)
    network.load_state_dict(state)
    done: int = kept["done"]
    return done


if __name__ == "__main__":
    sys.exit(main())
