"""Tables from files: the ones that come with voicesim, and a site's own folders of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from voicesim.behaviour.behaviours import Behaviour, Cue, Lexicon, behaviour_of, cue_of
from voicesim.behaviour.groups import PatternGroup, Written, pattern_lines, words_in
from voicesim.behaviour.guards import Guards
from voicesim.behaviour.lexing import (
    HANDLE,
    LAUGH,
    LINK,
    NAME_LIKE,
    QUESTION_MARK,
    SIGNATURE,
    SMILE,
    phrases_by_head,
)
from voicesim.behaviour.pattern import AnyWord, Element, Literal, PatternSyntaxError, compile_list
from voicesim.behaviour.spelling import NUMBER, spell
from voicesim.behaviour.tables import Tables
from voicesim.behaviour.vocabulary import Vocabulary
from voicesim.errors import RubricError
from voicesim.files.strict_yaml import load_yaml

SHIPPED: Final = Path(__file__).resolve().parent / "tables"
_WORDS: Final = "_words.yaml"
_CUES: Final = "_customer.yaml"
_NAMES: Final = "given_name"
"""The word list of names: a misspelt word is not taken for one of them."""
_BUILT_IN: Final = (NUMBER, LINK, SMILE, LAUGH, HANDLE, NAME_LIKE, QUESTION_MARK, SIGNATURE)


def load_tables(extra_folders: Iterable[Path] = ()) -> Tables:
    """The behaviours that come with voicesim, and those of further folders.

    A table of a further folder may name word lists of the shipped ones; a behaviour with the id of a shipped one
    takes its place. Load once and keep: it costs some tens of milliseconds.

    Args:
        extra_folders: folders with tables of their own (``*.yaml``, one family a file).

    Raises:
        RubricError: a file that cannot be used, with its line.
    """
    from voicesim.behaviour.schema import CuesFile, TableFile, WordsFile

    words = load_yaml(SHIPPED / _WORDS, WordsFile, error=RubricError, what="word list")
    cue_file = load_yaml(SHIPPED / _CUES, CuesFile, error=RubricError, what="table of customer cues")
    folders = (SHIPPED, *(Path(folder) for folder in extra_folders))
    files = [(path, path.parent != SHIPPED) for folder in folders for path in _table_files(folder)]
    tables = [
        (path, load_yaml(path, TableFile, error=RubricError, what="behaviour table")) for path, _ in files
    ]

    lists = _Lists({name: tuple(p.text for p in pattern_lines(block)) for name, block in words.lists.items()})
    behaviours = _merged(
        behaviour_of(entry, family=table.family, source=path.name, lists=lists)
        for path, table in tables
        for entry in table.behaviours
    )
    cues = tuple(cue_of(cue, lists) for cue in cue_file.cues)
    lexicon = Lexicon(
        lists=lists,
        small_words=frozenset(
            form for word in words.small_words.split() for forms in spell(word) for form in forms[:1]
        ),
        small_phrases=phrases_by_head(
            tuple(forms[0] for word in p.text.split() for forms in spell(word))
            for p in pattern_lines(words.small_phrases)
        ),
        guards=Guards(
            harmless=PatternGroup(pattern_lines(words.harmless_negations), lists),
            reports=PatternGroup(pattern_lines(words.reports), lists),
        ),
        questions=PatternGroup(pattern_lines(words.question_forms), lists),
        vocabulary=Vocabulary(
            _vocabulary(
                [words.small_words, *(text for name, text in words.lists.items() if name != _NAMES)],
                behaviours,
                cues,
            ),
            names=words_in([words.lists.get(_NAMES, "")]),
        ),
    )
    for path, is_extra in files:
        if is_extra:
            check_patterns(path, [b for b in behaviours if b.source == path.name])
    return Tables(behaviours, cues, lexicon)


def check_patterns(path: Path, behaviours: Sequence[Behaviour]) -> None:
    """Compile every pattern of some behaviours now, so that a mistake is told with its line.

    Raises:
        RubricError: a pattern that cannot be read.
    """
    for behaviour in behaviours:
        groups = [behaviour.exceptions]
        for block in behaviour.blocks:
            groups += [block.patterns, block.after_customer, block.not_after_customer]
            groups += [block.together_with, block.not_with]
        for group in groups:
            for index, written in enumerate(group.patterns):
                try:
                    group.element(index)
                except PatternSyntaxError as exc:
                    raise RubricError(
                        f"pattern {written.text!r} of {behaviour.behaviour_id}: {exc}",
                        path=str(path),
                        line=_line_of(path, written),
                        hint="see the pattern language in voicesim/behaviour/pattern.py",
                    ) from exc


def _line_of(path: Path, written: Written) -> int | None:
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.split("  #", 1)[0].strip() == written.text:
            return n
    return None


def _table_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RubricError(
            "there is no such folder of behaviour tables", path=str(folder), hint="check the path"
        )
    found = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    if not found:
        raise RubricError("no behaviour table in this folder", path=str(folder), hint="tables end in .yaml")
    return found


def _merged(behaviours: Iterable[Behaviour]) -> tuple[Behaviour, ...]:
    by_id: dict[str, Behaviour] = {}
    for behaviour in behaviours:
        by_id[behaviour.behaviour_id] = behaviour
    return tuple(by_id.values())


def _vocabulary(lists: Iterable[str], behaviours: Sequence[Behaviour], cues: Sequence[Cue]) -> frozenset[str]:
    groups = [cue.patterns for cue in cues]
    for behaviour in behaviours:
        groups.append(behaviour.exceptions)
        for b in behaviour.blocks:
            groups += [b.patterns, b.after_customer, b.not_after_customer, b.together_with, b.not_with]
    return words_in([*lists, *(pattern.text for group in groups for pattern in group.patterns)])


@dataclass(slots=True)
class _Lists:
    """Word lists by name, compiled when first needed; they may name each other."""

    written: dict[str, tuple[str, ...]]
    _compiled: dict[str, Element] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> Element:
        found = self._compiled.get(name)
        if found is not None:
            return found
        if name == "word":
            element: Element = AnyWord()
        elif f"{{{name}}}" in _BUILT_IN:
            element = Literal(frozenset((f"{{{name}}}",)))
        elif name in self._open:
            raise PatternSyntaxError(f"the word list {name!r} names itself")
        elif name in self.written:
            self._open.append(name)
            try:
                element = compile_list(self.written[name], self)
            finally:
                self._open.pop()
        else:
            raise PatternSyntaxError(f"there is no word list {name!r}")
        self._compiled[name] = element
        return element


ListsOf = Callable[[str], Element]
