"""Spoken words and syllables of texts, against the CMU pronouncing dictionary."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from voicesim.measure.spelling import spoken_words, syllables_in, syllables_of, word_count

VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])


@pytest.fixture(scope="module")
def cmu() -> dict[str, int]:
    """Syllables by word: the dictionary that travels with pocketsphinx."""
    spec = importlib.util.find_spec("pocketsphinx")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations)))
    known = {}
    for row in (folder / "model" / "en-us" / "cmudict-en-us.dict").read_text("utf-8").splitlines():
        word, *phones = row.split()
        if "(" not in word:
            known[word] = sum(phone in VOWELS for phone in phones)
    return known


def test_the_whole_dictionary(cmu: dict[str, int]) -> None:
    words = [word for word in cmu if len(word) > 2]

    assert sum(map(syllables_of, words)) / sum(cmu[w] for w in words) == pytest.approx(1.0, abs=0.03)
    assert sum(syllables_of(w) == cmu[w] for w in words) / len(words) > 0.9


def test_running_text(cmu: dict[str, int], data_dir: Path) -> None:
    texts = [p.read_text("utf-8") for p in sorted((data_dir / "speech" / "arctic").glob("*.txt"))]
    texts += [
        row["text"] for row in json.loads((data_dir / "speech/speechocean/scores.json").read_text("utf-8"))
    ]
    counts = Counter(w for t in texts for w in re.findall(r"[a-z']+", t.lower()) if w in cmu)

    found = sum(n * syllables_of(w) for w, n in counts.items())
    truth = sum(n * cmu[w] for w, n in counts.items())

    assert truth > 2000
    assert found / truth == pytest.approx(1.0, abs=0.015)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Order 42", "order forty two"),
        ("1234", "one thousand two hundred and thirty four"),
        ("on 5,000.", "on five thousand"),
        ("call 0044", "call zero zero four four"),
        ("73051", "seven three zero five one"),
        ("$45.50", "dollars forty five point five zero"),
        ("10%", "ten percent"),
        ("e-mail, that's it", "e mail that's it"),
        ("I\u2019ll do it \u2014 now", "i'll do it now"),
        ("...", ""),
    ],
)
def test_spoken_words(text: str, words: str) -> None:
    assert " ".join(spoken_words(text)) == words


def test_seven_syllables() -> None:
    assert syllables_in("Kids are talking by the door") == 7
    assert syllables_in("Dogs are sitting by the door") == 7
    assert word_count(["Order 42", "now"]) == 4
