"""The tokens: bytes, one token a word of the fixtures, Whisper's special tokens, its 1,501 time stamps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import tokenizers
from tokenizers import decoders, models, pre_tokenizers

N_TIME_STAMPS: Final = 1501
"""0.00 to 30.00 s in steps of 20 ms, one a frame of the encoder."""

END: Final = "<|endoftext|>"
START: Final = "<|startoftranscript|>"
PREVIOUS: Final = "<|startofprev|>"
NO_SPEECH: Final = "<|nospeech|>"
NO_TIME_STAMPS: Final = "<|notimestamps|>"

# faster-whisper takes every id from END on for a special one, and NO_TIME_STAMPS + 1 for the stamp of 0.00 s.
SPECIAL: Final = (
    END,
    START,
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    PREVIOUS,
    NO_SPEECH,
    NO_TIME_STAMPS,
)


class Vocabulary:
    """Token strings by id, and how texts become ids.

    Args:
        texts: every word in them gets a token of its own, with the blank before it.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        pieces = {
            piece
            for text in texts
            for word in text.split()
            for piece, _ in pre_tokenizer.pre_tokenize_str(" " + word)
        }
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        words = sorted(pieces - set(alphabet))
        stamps = [f"<|{index * 0.02:.2f}|>" for index in range(N_TIME_STAMPS)]
        self.tokens: tuple[str, ...] = (*alphabet, *words, *SPECIAL, *stamps)
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        self.n_text = len(alphabet) + len(words)
        """Ids below are text; the first id from here is END."""
        self.first_stamp = self._ids[NO_TIME_STAMPS] + 1
        self._tokenizer = self._build(pre_tokenizer)

    def __len__(self) -> int:
        return len(self.tokens)

    def id(self, token: str) -> int:
        """The id of one token."""
        return self._ids[token]

    def encode_word(self, word: str) -> list[int]:
        """A word with what punctuation clings to it: its own token first."""
        return list(self._tokenizer.encode(" " + word, add_special_tokens=False).ids)

    def write_tokenizer(self, path: Path) -> None:
        """Write ``tokenizer.json`` as faster-whisper reads it."""
        described = json.loads(self._tokenizer.to_str())
        path.write_text(json.dumps(described, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")

    def _build(self, pre_tokenizer: pre_tokenizers.ByteLevel) -> tokenizers.Tokenizer:
        vocabulary = {token: index for token, index in self._ids.items() if index < self.n_text}
        # A word that is in the vocabulary is taken whole, so that no merges are needed; any other is spelt.
        tokenizer = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[], ignore_merges=True))
        tokenizer.pre_tokenizer = pre_tokenizer
        tokenizer.decoder = decoders.ByteLevel()
        # Ids continue where the vocabulary ends.
        special = [
            tokenizers.AddedToken(token, special=True, normalized=False)
            for token in self.tokens[self.n_text :]
        ]
        tokenizer.add_special_tokens(special)
        for token in (END, NO_TIME_STAMPS, self.tokens[-1]):
            if tokenizer.token_to_id(token) != self._ids[token]:
                raise ValueError(f"{token} has another id in the tokenizer")
        return tokenizer
