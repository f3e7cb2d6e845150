"""Sounds that are no turn: coughs, keys, breath, a chair, a door, made from their physics in rough outline.

A cough is a burst of broad noise with a voiced tail, a key two clicks 60 to 120 ms apart, a breath noise that swells
around 1.5 kHz, a chair a creak of slipping ticks, a door a low thump that dies away. Back-channels are spoken ones.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples

Make = Callable[[np.random.Generator], Samples]


def _noise(rng: np.random.Generator, duration_s: float, low_hz: float, high_hz: float) -> Samples:
    n = round(duration_s * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequencies = np.fft.rfftfreq(n, 1 / SAMPLE_RATE_HZ)
    spectrum[(frequencies < low_hz) | (frequencies > high_hz)] = 0.0
    sound = np.fft.irfft(spectrum, n)
    return (sound / np.max(np.abs(sound))).astype(np.float32)


def _fade(duration_s: float, rise_s: float, fall_s: float) -> Samples:
    t = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (np.minimum(1.0, t / rise_s) * np.exp(-np.maximum(0.0, t - rise_s) / fall_s)).astype(np.float32)


def cough(rng: np.random.Generator) -> Samples:
    """One to three bursts, each with a voiced tail."""
    bursts = []
    for _ in range(int(rng.integers(1, 4))):
        burst = _noise(rng, 0.09, 300.0, 6000.0) * _fade(0.09, 0.005, 0.04)
        t = np.arange(round(0.16 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        f0_hz = rng.uniform(140.0, 320.0) * (1.0 - 1.5 * t)
        phase = 2 * np.pi * np.cumsum(f0_hz) / SAMPLE_RATE_HZ
        voiced = sum(np.sin(k * phase) / k for k in range(1, 12)) + 0.8 * _noise(rng, 0.16, 200.0, 5000.0)
        tail = (0.4 * voiced / np.max(np.abs(voiced)) * _fade(0.16, 0.01, 0.06)).astype(np.float32)
        bursts += [burst, tail, np.zeros(round(rng.uniform(0.05, 0.2) * SAMPLE_RATE_HZ), np.float32)]
    return np.concatenate(bursts)


def typing(rng: np.random.Generator) -> Samples:
    """Three seconds of eight keys a second."""
    sound = np.zeros(3 * SAMPLE_RATE_HZ, np.float32)
    at_s = 0.0
    while at_s < 2.7:
        for late_s, level in ((0.0, 1.0), (rng.uniform(0.06, 0.12), 0.5)):
            click = _noise(rng, 0.02, 1500.0, 7500.0) * _fade(0.02, 0.001, 0.004) * level
            first = round((at_s + late_s) * SAMPLE_RATE_HZ)
            sound[first : first + len(click)] += click * rng.uniform(0.5, 1.0)
        at_s += rng.exponential(0.125)
    return sound


def breath(rng: np.random.Generator) -> Samples:
    """In and out."""
    n_s = rng.uniform(0.6, 1.4)
    swell = np.sin(np.linspace(0.0, np.pi, round(n_s * SAMPLE_RATE_HZ))).astype(np.float32) ** 2
    return _noise(rng, n_s, 500.0, 3000.0)[: len(swell)] * swell


def chair(rng: np.random.Generator) -> Samples:
    """A creak: ticks that quicken and slow, each ringing for some milliseconds."""
    sound = np.zeros(round(1.2 * SAMPLE_RATE_HZ), np.float32)
    at_s, ring_hz = 0.05, rng.uniform(500.0, 1200.0)
    while at_s < 1.1:
        t = np.arange(round(0.03 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        tick = (np.sin(2 * np.pi * ring_hz * t) * np.exp(-t / 0.006)).astype(np.float32)
        first = round(at_s * SAMPLE_RATE_HZ)
        sound[first : first + len(tick)] += tick
        at_s += rng.uniform(0.008, 0.05)
    return sound


def door(rng: np.random.Generator) -> Samples:
    """A thump and the latch."""
    thump = _noise(rng, 0.5, 40.0, 250.0) * _fade(0.5, 0.004, 0.09)
    latch = _noise(rng, 0.05, 1000.0, 6000.0) * _fade(0.05, 0.001, 0.01) * 0.4
    thump[3000 : 3000 + len(latch)] += latch
    return thump


NOISES: dict[str, Make] = {
    "cough": cough,
    "typing": typing,
    "breath": breath,
    "chair": chair,
    "door": door,
}


def at_level(sound: Samples, peak_dbov: float) -> Samples:
    """A sound with its loudest sample at a level."""
    return (sound / np.max(np.abs(sound)) * 10.0 ** (peak_dbov / 20.0)).astype(np.float32)
