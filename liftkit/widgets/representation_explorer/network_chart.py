"""How a lifter is built: its network as boxes, a table that compares representations, and both in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from liftkit.networks import count_parameters
from liftkit.representations import REPRESENTATIONS, Representation
from liftkit.view import readable
from liftkit.view.charts.svg import SIZE, label, root, safe, shortened, text_width

Part = tuple[str, Sequence[str], Sequence[str]]  # a segment's name, the joints it sees, those it owns
WIDTH, HEIGHT, TABLE_ROW = 480, 210, 22  # pixels
LEFT, RIGHT, END, BLOCK_HEIGHT = 150.0, 402.0, 424.0, 44.0  # where blocks begin and end, lines end; a block's height
REFERENCE = "full"  # the representation that sizes are compared with
COLUMNS = ((8, "start"), (206, "end"), (314, "end"), (402, "end"), (474, "end"))  # of the table: place and anchor

parameters = lru_cache(maxsize=256)(count_parameters)  # 5 ms each otherwise, for every row of the table


def network_chart(parts: Sequence[Part], blocks: int, shared_blocks: int) -> str:
    """The network as SVG text: joints seen, residual blocks, depths. ``data-pick`` is a segment's number, from 1."""
    step, top, columns = (HEIGHT - 34) / len(parts), 28.0, blocks + shared_blocks
    wide = (RIGHT - LEFT) / columns
    drawn = [
        label("2D joints seen", 8, 16),
        label("residual blocks", (LEFT + RIGHT) / 2, 16, "middle"),
        label("depths", 470, 16, "end"),
    ]
    for s, part in enumerate(parts):
        drawn.append(_segment(s, part, blocks, shared_blocks, top + step * s, step, wide))
    for k in range(blocks, columns):
        drawn.append(_block(LEFT + k * wide, wide, top + 4, step * len(parts) - 8, "shared", "shared by all segments"))
    if shared_blocks:
        middle = top + step * len(parts) / 2
        owned = sum(len(owns) for _, _, owns in parts)
        drawn.append(_line(RIGHT - 5, END, middle) + label(owned, 432, middle + 4))
    return root(drawn, network_text(parts, blocks, shared_blocks), WIDTH, HEIGHT)


def _segment(s: int, part: Part, blocks: int, shared_blocks: int, y: float, step: float, wide: float) -> str:
    title, sees, owns = part
    middle, tall = y + step / 2, min(step - 8, BLOCK_HEIGHT)
    tip = f"{title}\nsees {_listed(sees)}\nowns {_listed(owns)}"
    end = LEFT + blocks * wide if shared_blocks else END
    name = shortened(f"{s + 1} {readable(title)}: {len(sees)}", LEFT - 36)
    drawn = [_line(LEFT - 20, end, middle), label(name, 8, middle + 4, more=' class="lk-bold"')]
    for k in range(blocks):
        drawn.append(_block(LEFT + k * wide, wide, middle - tall / 2, tall, str(s + 1), "", s))
    if not shared_blocks:
        drawn.append(label(len(owns), 432, middle + 4))
    return f'<g data-pick="{s + 1}" data-tip="{safe(tip)}">{"".join(drawn)}</g>'


def _block(x: float, wide: float, y: float, tall: float, text: str, tip: str, s: int | None = None) -> str:
    """A box, in a segment's colour or, if shared, grey; its text is turned by 90 degrees if the box is too narrow."""
    left, room = x + 5, wide - 10
    kind = "lk-none" if s is None else f"lk-band lk-s{s % 6}"
    box = f'x="{left:.1f}" y="{y:.1f}" width="{room:.1f}" height="{tall:.1f}" rx="5"'
    middle, centre = left + room / 2, y + tall / 2
    if text_width(text) <= room:
        inside = label(text, middle, centre + 4, "middle")
    else:
        turned = f' transform="translate({middle + SIZE / 3:.1f} {centre:.1f}) rotate(-90)"'
        inside = label(text, 0, 0, "middle", turned)
    hover = f' data-tip="{safe(tip)}"' if tip else ""
    boxes = "".join(f'<rect class="{each}" {box}/>' for each in ("lk-paper", kind, "lk-edge"))
    return f"<g{hover}>{boxes}{inside}</g>"


def _line(start: float, end: float, y: float) -> str:
    return f'<path class="lk-edge" d="M{start:.1f} {y:.1f}H{end:.1f}"/>'


def _listed(joints: Sequence[str]) -> str:
    return ", ".join(map(readable, joints)) or "no joint"


def network_text(parts: Sequence[Part], blocks: int, shared_blocks: int) -> str:
    """The network as a sentence."""
    joints = [f"{s + 1} {title} sees {len(sees)}, owns {len(owns)}" for s, (title, sees, owns) in enumerate(parts)]
    end = f", then {shared_blocks} that all share" if shared_blocks else ", nothing shared"
    return f"{len(parts)} segments of {blocks} residual blocks{end}. Joints: {'; '.join(joints)}"


def size_facts(representation: Representation, width: int) -> list[str]:
    """A sentence about residual blocks and one about parameters, both compared with the reference."""
    other, shared = REPRESENTATIONS[REFERENCE], representation.shared_blocks
    count, whole = parameters(representation, width), parameters(other, width)
    sharing = f"{shared} shared by all" if shared else "nothing shared"
    return [
        f"Residual blocks: {block_sum(representation)} ({sharing}); {REFERENCE} has {block_sum(other)}.",
        f"Parameters at width {width}: {count:,}, {count / whole:.1%} of {REFERENCE}'s {whole:,}.",
    ]


def block_sum(representation: Representation) -> str:
    """The residual blocks as a sum: 2 × 3 = 6, or 2 × 2 + 2 = 6."""
    segments, blocks, shared = len(representation.segments), representation.blocks, representation.shared_blocks
    return f"{segments} × {blocks}{f' + {shared}' if shared else ''} = {segments * blocks + shared}"


def comparison_table(representations: Mapping[str, Representation], width: int, picked: str) -> str:
    """One row per representation: segments, residual blocks, parameters at a width and their share of the reference."""
    whole, counts = parameters(representations[REFERENCE], width), []
    drawn = [_row(("representation", "segments", "blocks", "parameters", f"of {REFERENCE}'s"), 16)]
    for i, (name, one) in enumerate(representations.items()):
        count, y = parameters(one, width), 26 + TABLE_ROW * i
        size = (f"{count:,}", f"{count / whole:.0%}")
        counts.append(f"{name} {', '.join(size)}")
        bold = ' class="lk-bold"' if name == picked else ""
        row = _row((shortened(readable(name), 152), len(one.segments), block_sum(one), *size), y + 16, bold)
        box = f'x="2" y="{y}" width="476" height="{TABLE_ROW - 2}"'
        mark = f'<rect class="lk-none" {box} fill-opacity=".35"/>' if bold else ""
        hit = f'<g class="lk-hit"><rect {box}/></g>'
        tip = safe(one.description or name)
        drawn.append(f'<g data-pick="{safe(name)}" data-tip="{tip}">{mark}{row}{hit}</g>')
    drawn.append('<path class="lk-edge" d="M2 23H478"/>')
    alt = f"Parameters at width {width}: {'; '.join(counts)}"
    return root(drawn, alt, WIDTH, 34 + TABLE_ROW * len(representations))


def _row(cells: Sequence[object], y: float, more: str = "") -> str:
    return "".join(label(cell, x, y, anchor, more) for cell, (x, anchor) in zip(cells, COLUMNS, strict=True))
