"""A transcript laid over a recording: utterances of each party, with the words at their times.

Conventions: words with times keep them; words of a passage with times are spread over the sound of the passage; words
without any time are spread over all sound, in their order. A word without a confidence was written by somebody who
heard it and is taken as right (1.0), unless nobody is heard where it was written: then it is taken as doubtful (0.0),
and so is one with a confidence. An utterance does not end
inside a clause of a passage, unless a pause of 2 s does it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, intersect, total, union
from voicesim.intake.transcripts.model import Passage, WrittenWord
from voicesim.intake.transcripts.spreading import CLAUSE_ENDS, SENTENCE_ENDS, spread
from voicesim.intake.transcripts.stretches import Written, near, own_stretches
from voicesim.speech.utterances import group_speech
from voicesim.speech.words import Party, Utterance, Word

LONGEST_PAUSE_S: Final = 2.0
"""Nobody takes so long in a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A passage whose party is known."""

    party: Party | None
    """``None`` for neither."""
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """One party's talk."""

    speech: Timeline = ()
    utterances: tuple[Utterance, ...] = ()
    n_words: int = 0
    n_unheard: int = 0
    """Words where nobody is heard."""
    n_elsewhere: int = 0
    """Words where only the other party's channel sounds."""


def in_one_channel(
    spoken: Sequence[Spoken], speech: Timeline, sound: Timeline, n_samples: int
) -> dict[Party, Laid]:
    """Both parties out of one channel, by passages with times.

    Args:
        spoken: passages in order of their starts.
        speech: where anybody speaks.
        sound: the same with pauses inside left out.
        n_samples: length of the recording.
    """
    written = [Written(_span(each.passage, n_samples), str(each.party)) for each in spoken]
    owns = own_stretches(written, speech)
    found: dict[Party, Laid] = {}
    for party in Party:
        rows = [
            (each.passage, row.span, own)
            for each, row, own in zip(spoken, written, owns, strict=True)
            if each.party is party
        ]
        found[party] = _laid(party, rows, union(s for _, _, own in rows for s in own), speech, sound)
    return found


def in_two_channels(
    spoken: Sequence[Spoken], speech: dict[Party, Timeline], sound: dict[Party, Timeline], n_samples: int
) -> dict[Party, Laid]:
    """Each party in a channel of its own: the words by the labels, the speech by the channel."""
    found: dict[Party, Laid] = {}
    anybody = union((*speech[Party.TRAINEE], *speech[Party.CUSTOMER]))
    for party in Party:
        passages = [each.passage for each in spoken if each.party is party]
        written = [Written(_span(passage, n_samples), party) for passage in passages]
        owns = own_stretches(written, speech[party])
        rows = [(p, w.span, own) for p, w, own in zip(passages, written, owns, strict=True)]
        found[party] = _laid(party, rows, speech[party], anybody, sound[party])
    return found


def without_times(
    spoken: Sequence[Spoken], sound: Timeline, speech: Timeline, party: Party | None = None
) -> dict[Party, Laid]:
    """Words that no time was written for, spread in their order.

    Args:
        spoken: passages in the order of the file.
        sound: where they lie.
        speech: the same with pauses; a party's is what of it its words cover.
        party: the only one in this channel; ``None`` where both share it.
    """
    rows = [each for each in spoken if party is None or each.party is party]
    texts = [word.text for each in rows for word in each.passage.words]
    spans = spread(texts, sound) if texts and sound else ()
    talk: dict[Party, list[Span]] = {each: [] for each in Party}
    words: dict[Party, list[list[Word]]] = {each: [] for each in Party}
    at = 0
    for each in rows:
        n = len(each.passage.words)
        if each.party is not None and spans:
            talk[each.party].append(Span(spans[at].start, spans[at + n - 1].end))
            words[each.party].append(
                [_word(w, span) for w, span in zip(each.passage.words, spans[at : at + n], strict=True)]
            )
        at += n
    found: dict[Party, Laid] = {}
    for who in Party if party is None else (party,):
        own = speech if party is not None else intersect(talk[who], speech)
        numbered = [(word, i) for i, group in enumerate(words[who]) for word in group]
        utterances = (
            tuple(
                Utterance(who, span, tuple(group)) for span, group in zip(talk[who], words[who], strict=True)
            )
            if party is None
            else utterances_of(who, own, numbered)
        )
        found[who] = Laid(speech=own, utterances=utterances, n_words=len(numbered))
    return found


def _laid(
    party: Party,
    rows: Iterable[tuple[Passage, Span, Timeline]],
    speech: Timeline,
    anybody: Timeline,
    sound: Timeline,
) -> Laid:
    heard: list[tuple[Word, int]] = []
    apart: list[Utterance] = []
    n_words = n_unheard = n_elsewhere = 0
    for i, (passage, span, own) in enumerate(rows):
        n_words += len(passage.words)
        if own:
            heard += [(word, i) for word in _words(passage, _sounding(own, sound), span)]
            continue
        others = intersect((span,), near(anybody, span))
        is_unheard = not others
        n_unheard += len(passage.words) if is_unheard else 0
        n_elsewhere += 0 if is_unheard else len(passage.words)
        words = _words(passage, others or (span,), span, is_doubtful=is_unheard)
        if span:
            apart.append(Utterance(party, span, words))
    utterances = (*utterances_of(party, speech, heard), *apart)
    return Laid(
        speech=speech,
        utterances=tuple(sorted(utterances, key=lambda u: (u.span, u.text))),
        n_words=n_words,
        n_unheard=n_unheard,
        n_elsewhere=n_elsewhere,
    )


def _sounding(own: Timeline, sound: Timeline) -> Timeline:
    return intersect(own, near(sound, Span(own[0].start, own[-1].end))) or own


def _words(passage: Passage, stretch: Timeline, span: Span, *, is_doubtful: bool = False) -> tuple[Word, ...]:
    if passage.words[0].start_s is None:
        spans = spread([word.text for word in passage.words], stretch)
    else:
        spans = tuple(_given(word, span) for word in passage.words)
    return tuple(
        _word(word, where, is_doubtful=is_doubtful) for word, where in zip(passage.words, spans, strict=True)
    )


def _word(word: WrittenWord, span: Span, *, is_doubtful: bool = False) -> Word:
    confidence = 1.0 if word.confidence is None else word.confidence
    return Word(word.text, span, 0.0 if is_doubtful else round(confidence, 3))


def _given(word: WrittenWord, inside: Span) -> Span:
    start, end = (
        min(max(round((s or 0.0) * SAMPLE_RATE_HZ), inside.start), inside.end)
        for s in (word.start_s, word.end_s)
    )
    return Span(start, max(start, end))


def _span(passage: Passage, n_samples: int) -> Span:
    start, end = (
        min(round((s or 0.0) * SAMPLE_RATE_HZ), n_samples) for s in (passage.start_s, passage.end_s)
    )
    return Span(start, max(start, end))


def utterances_of(party: Party, speech: Timeline, words: Iterable[tuple[Word, int]]) -> tuple[Utterance, ...]:
    """Speech in utterances, each word in the one that holds its middle, or in the nearest.

    Args:
        party: whose.
        speech: where it speaks.
        words: each with the number of its passage.
    """
    spans = group_speech(speech)
    groups: list[list[tuple[Word, int]]] = [[] for _ in spans]
    ends = [span.end for span in spans]
    for word, passage in words:
        middle = (word.span.start + word.span.end) // 2
        after = min(bisect_left(ends, middle + 1), len(spans) - 1)
        if after > 0 and middle - spans[after - 1].end < spans[after].start - middle:
            after -= 1
        groups[after].append((word, passage))
    joined: list[tuple[Span, list[tuple[Word, int]]]] = []
    for span, group in zip(spans, groups, strict=True):
        group.sort(key=lambda row: (row[0].span.start, row[0].span.end))
        if joined and _goes_on(joined[-1], (span, group)):
            before, said = joined.pop()
            joined.append((Span(before.start, span.end), said + group))
        else:
            joined.append((span, group))
    return tuple(Utterance(party, span, tuple(word for word, _ in group)) for span, group in joined)


def _goes_on(before: tuple[Span, list[tuple[Word, int]]], after: tuple[Span, list[tuple[Word, int]]]) -> bool:
    """Whether a pause lies inside a clause."""
    if not before[1] or not after[1] or after[0].start - before[0].end >= LONGEST_PAUSE_S * SAMPLE_RATE_HZ:
        return False
    (word, passage), (_, following) = before[1][-1], after[1][0]
    return passage == following and not word.text.rstrip("\"')\u2019\u201d").endswith(
        SENTENCE_ENDS + CLAUSE_ENDS
    )


def by_channel(passages: Iterable[Passage], speech: dict[Party, Timeline]) -> list[Spoken]:
    """Whose unlabelled passages are, by the channel that sounds: word by word where words have times."""
    found: list[Spoken] = []
    last = Party.CUSTOMER
    for passage in passages:
        parts = [passage]
        if passage.words[0].start_s is not None:
            parts = [
                Passage(speaker="", words=(w,), start_s=w.start_s, end_s=w.end_s, line=passage.line)
                for w in passage.words
            ]
        for part in parts:
            span = _span(part, 1 << 60)
            ours, theirs = (
                total(intersect((span,), near(speech[p], span))) for p in (Party.TRAINEE, Party.CUSTOMER)
            )
            if ours != theirs:
                last = Party.TRAINEE if ours > theirs else Party.CUSTOMER
            before = found[-1] if found and len(parts) > 1 and part is not parts[0] else None
            if before is not None and before.party is last:
                joined = Passage(
                    speaker="",
                    words=before.passage.words + part.words,
                    start_s=before.passage.start_s,
                    end_s=max(before.passage.end_s or 0.0, part.end_s or 0.0),
                    line=part.line,
                )
                found[-1] = Spoken(party=last, passage=joined)
            else:
                found.append(Spoken(party=last, passage=part))
    return found


def agreement_s(spoken: Iterable[Spoken], speech: dict[Party, Timeline]) -> tuple[float, float]:
    """Seconds of the passages in which their party's channel sounds, and in which the other's does."""
    own = other = 0
    for each in spoken:
        if each.party is None:
            continue
        span = _span(each.passage, 1 << 60)
        counts = {party: total(intersect((span,), near(speech[party], span))) for party in Party}
        own += counts[each.party]
        other += sum(counts.values()) - counts[each.party]
    return own / SAMPLE_RATE_HZ, other / SAMPLE_RATE_HZ


def sounding_parts(clip: Clip, speech: Timeline) -> Timeline:
    """Speech without the pauses of 250 ms and more that the detector bridges."""
    from voicesim.measure.envelope import envelope_of
    from voicesim.measure.level import level_of
    from voicesim.measure.pauses import noise_level_dbov, sounding

    level = level_of(clip, speech)
    if level is None:
        return speech
    envelope = envelope_of(clip)
    noise = noise_level_dbov(envelope, speech)
    runs = sounding(envelope, speech, active_dbov=level.active_dbov, noise_dbov=noise)
    return intersect(speech, runs) or speech
