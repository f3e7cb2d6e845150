"""Both channels over time: the customer above, the trainee below, and who talked over whom.

Horizontal places are percentages of the call, so that the picture stretches without a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline
from voicesim.report.html.markup import NOTHING, Markup, element, join, plain
from voicesim.report.overlaps import OverlapMark
from voicesim.report.peaks import n_columns_for, outline
from voicesim.report.wording import clock, title
from voicesim.speech.call import Call, Layout, Side

MOMENTS_PX: Final = 26
LANE_PX: Final = 92
BETWEEN_PX: Final = 28
AXIS_PX: Final = 22

_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_TICKS: Final = 6
"""At most, over the whole width; each doubling of the width may show twice as many."""
_EDGE_SHARE: Final = 0.05
"""Where the call ends so soon after a tick that a time centred on it would be cut off."""
ZOOMS: Final = (1, 2, 4, 8)
_HALF: Final = 100
"""Half the height of an outline, in its own units."""
_LEAST_FULL_SCALE: Final = 0.02
"""A channel pair quieter than this is drawn small, or its noise would fill the picture."""


def picture(call: Call, marks: Iterable[OverlapMark]) -> Markup:
    """The picture of a call, to be seen and clicked; the same events stand beside it as buttons."""
    marks = tuple(marks)
    drawing = _Drawing(call)
    svg = element(
        "svg",
        *drawing.moments(),
        *drawing.lanes(),
        *drawing.marks(marks),
        *drawing.ticks(),
        element("line", id="playhead", class_="playhead", x1="0%", x2="0%", y1=0, y2=drawing.axis_y),
        width="100%",
        height=drawing.height_px,
        aria_hidden="true",
        focusable="false",
    )
    slider = element(
        "div",
        svg,
        id="picture",
        class_="picture zoom1",
        role="slider",
        tabindex="0",
        aria_label="Position in the call",
        aria_valuemin="0",
        aria_valuemax=plain(call.duration_s),
        aria_valuenow="0",
        aria_valuetext="0:00",
        data_duration_s=plain(call.duration_s),
    )
    return element("div", slider, class_="scroller", id="scroller")


class _Drawing:
    """Where things lie in the picture of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._n_samples = max(1, len(call.trainee.clip))
        self._top = MOMENTS_PX if call.moments else 0
        self._is_two_sided = call.customer is not None
        lanes_px = LANE_PX * 2 + BETWEEN_PX if self._is_two_sided else LANE_PX
        self.axis_y = self._top + lanes_px + 6
        self.height_px = self.axis_y + AXIS_PX

    def moments(self) -> Iterator[Markup]:
        """The stretches in which the scenario waited for something, named, along the top."""
        for i, moment in enumerate(self._call.moments):
            x, width = self._across(moment.span)
            name = title(moment.moment_id)
            tip = f"{name}: customer {moment.mood}" if moment.mood else name
            yield element(
                "svg",
                element("title", tip),
                element("rect", class_=f"moment moment{i % 2}", width="100%", height=MOMENTS_PX - 4, rx="3"),
                element("text", name, x="6", y=MOMENTS_PX - 11, class_="moment-name"),
                x=x, y="0", width=width, height=MOMENTS_PX,
            )  # fmt: skip

    def lanes(self) -> Iterator[Markup]:
        """The outline of each party over the stretches in which it speaks."""
        n_columns = n_columns_for(self._call.duration_s)
        sides: list[tuple[str, Side]] = [("trainee", self._call.trainee)]
        if self._call.customer is not None:
            sides.insert(0, ("customer", self._call.customer))
        outlines = [outline(side.clip.samples, n_columns) for _, side in sides]
        if self._call.layout is Layout.LABELLED_MONO:
            outlines = [
                self._only(side.speech, shape) for (_, side), shape in zip(sides, outlines, strict=True)
            ]
        peak = max((float(np.abs(o).max(initial=0.0)) for o in outlines), default=0.0)
        full_scale = max(peak, _LEAST_FULL_SCALE)
        for (party, side), shape, y in zip(sides, outlines, self._lane_ys(), strict=False):
            yield from self._speech(side, party, y)
            if party == "customer":
                yield from self._unsaid(y)
            yield _outline(shape / full_scale, party, y)

    def _only(self, speech: Timeline, shape: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """An outline of a shared channel, left where one party speaks."""
        n_columns = shape.shape[1]
        kept = np.zeros(n_columns, np.bool_)
        for span in speech:
            first, last = (edge * n_columns // self._n_samples for edge in (span.start, span.end))
            kept[first : last + 1] = True
        return np.where(kept, shape, np.float32(0.0))

    def marks(self, marks: Iterable[OverlapMark]) -> Iterator[Markup]:
        """A band over both lanes, and its sign between them, for every time both talked."""
        if not self._is_two_sided:
            return
        middle = self._top + LANE_PX + BETWEEN_PX / 2
        for mark in marks:
            start, end = round(mark.start_s * SAMPLE_RATE_HZ), round(mark.end_s * SAMPLE_RATE_HZ)
            x, width = self._across(Span(start, max(start, end)))
            yield element(
                "g",
                element("title", f"{mark.title}, {clock(mark.start_s)}"),
                element("rect", x=x, y=self._top, width=width, height=self.axis_y - self._top, class_="band"),
                element("text", mark.kind.sign, x=x, y=middle + 5, class_="sign"),
                class_=f"mark {mark.css}",
                data_start_s=plain(mark.start_s),
                data_end_s=plain(mark.end_s),
            )

    def ticks(self) -> Iterator[Markup]:
        """The axis; finer ticks belong to the closer views."""
        seen: set[int] = set()
        for zoom in ZOOMS:
            step_s = _step_s(self._call.duration_s, _TICKS * zoom)
            for second in range(0, int(self._call.duration_s) + 1, step_s):
                if second in seen:
                    continue
                seen.add(second)
                share = second * SAMPLE_RATE_HZ / self._n_samples
                edge = " first" if second == 0 else " last" if share > 1 - _EDGE_SHARE else ""
                x = _percent(share)
                yield element(
                    "g",
                    element("line", x1=x, x2=x, y1=self.axis_y - 4, y2=self.axis_y),
                    element("text", clock(second), x=x, y=self.axis_y + 14),
                    class_=f"tick from{zoom}{edge}",
                )

    def _lane_ys(self) -> tuple[int, int]:
        return self._top, self._top + LANE_PX + BETWEEN_PX

    def _speech(self, side: Side, party: str, y: int) -> Iterator[Markup]:
        for span in side.speech:
            x, width = self._across(span)
            yield element("rect", x=x, y=y, width=width, height=LANE_PX, rx="3", class_=f"speech {party}")

    def _unsaid(self, y: int) -> Iterator[Markup]:
        for line in self._call.lines:
            if line.heard.end < line.planned.end:
                x, width = self._across(Span(line.heard.end, line.planned.end))
                yield element(
                    "rect",
                    element("title", "What the customer would still have said"),
                    x=x, y=y + 4, width=width, height=LANE_PX - 8, rx="3", class_="unsaid-span",
                )  # fmt: skip

    def _across(self, span: Span) -> tuple[str, str]:
        """Left edge and width in percent, cut to the call."""
        start, end = (min(max(edge, 0), self._n_samples) / self._n_samples for edge in (span.start, span.end))
        return _percent(start), _percent(end - start)


def _outline(shape: npt.NDArray[np.float32], party: str, y: int) -> Markup:
    """The polygon of the greatest samples from left to right and of the least ones back."""
    n_columns = shape.shape[1]
    if not n_columns:
        return NOTHING
    tops = _HALF - np.rint(shape[1] * _HALF).astype(int)
    bottoms = _HALF - np.rint(shape[0] * _HALF).astype(int)
    bottoms = np.maximum(bottoms, tops + 1)
    upper = "".join(f"L{i} {top}" for i, top in enumerate(tops.tolist()))
    lower = "".join(f"L{i} {bottoms[i]}" for i in range(n_columns - 1, -1, -1))
    return element(
        "svg",
        element("path", d=f"M0 {_HALF}{upper}{lower}Z", class_=f"wave {party}"),
        y=y,
        width="100%",
        height=LANE_PX,
        viewBox=f"0 0 {n_columns} {2 * _HALF}",
        preserveAspectRatio="none",
    )


def _step_s(duration_s: float, n_ticks: int) -> int:
    """The least round step that needs no more than ``n_ticks``."""
    for step_s in _STEPS_S:
        if duration_s / step_s <= n_ticks:
            return step_s
    return _STEPS_S[-1] * max(1, round(duration_s / _STEPS_S[-1] / n_ticks))


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"


def legend(marks: Iterable[OverlapMark], call: Call) -> Markup:
    """What the colours and signs mean: only those that the picture has."""
    entries = [_entry("customer", "", "Customer"), _entry("trainee", "", "Trainee")]
    if call.customer is None and not call.is_who_spoke_known:
        entries = [_entry("trainee", "", "Both people, in one channel")]
    elif call.customer is None:
        entries = [_entry("trainee", "", "Trainee")]
    if any(line.heard.end < line.planned.end for line in call.lines):
        entries.append(_entry("unsaid-key", "", "Left unsaid by the customer"))
    marks = tuple(marks)
    kinds = sorted({mark.kind for mark in marks}, key=lambda kind: kind.rank)
    entries += [_entry(kind.css, kind.sign, kind.title) for kind in kinds]
    if any(mark.is_by_customer for mark in marks):
        entries.append(_entry("by-customer", "✕", "by the customer"))
    return element("ul", join(entries), class_="legend")


def _entry(css: str, sign: str, text: str) -> Markup:
    return element("li", element("span", sign, class_=f"key {css}", aria_hidden="true"), text)
