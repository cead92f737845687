"""Room for the labels of a drawing, found the same way every time: beside what they name, on nothing else.

Everything is whole numbers, in tenths of a point; y grows downwards.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from math import isqrt
from typing import NamedTuple

Spot = tuple[int, int]
Segment = tuple[Spot, Spot]

STEP = 40
NEAR = 60
"""How far a label is from what it names, at the least."""

AIR = 30
"""What is kept free around a label."""

CROSSING = 250
"""What it is worth, in distance, not to have a label's leader cross a line."""

LEADER = 110
"""From this distance on a label needs a line to what it names."""

SMALLER = (0, 60, 120, 180, 4000)
"""What it is worth, in distance, to have a label in its first size rather than in a later one."""

MISSING = 100_000
"""What it is worth, in distance, to have one label more."""

FEW = 4
MOST_ORDERS = 24
"""Orders that are tried: all of them for a few labels."""


class Box(NamedTuple):
    """A rectangle: its edges."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, by: int) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def nearest(self, spot: Spot) -> Spot:
        """The point of the box that is nearest to the spot; of its top or bottom, the middle."""
        x, y = spot
        across = self.left if x <= self.left else self.right if x >= self.right else self.middle
        return across, min(max(y, self.top), self.bottom)

    @property
    def middle(self) -> int:
        return (self.left + self.right) // 2


class Wanted(NamedTuple):
    """A label to be placed: what it names, at any of these spots but best at the first; the sizes (width and
    height) that it can have, each much less good than the one before; and how far away it still is of use."""

    spots: tuple[Spot, ...]
    sizes: tuple[tuple[int, int], ...]
    within: int = 10_000


class Placed(NamedTuple):
    """Where a label has room, beside which spot, in which of its sizes; and the line to what it names if it
    is not right beside it."""

    box: Box
    spot: Spot
    size: int
    leader: Segment | None


class _Place(NamedTuple):
    """A place where a label is on no line, and how far that is from good."""

    cost: int
    placed: Placed


def place(
    wanted: Sequence[Wanted], frame: Box, lines: Sequence[Segment], dots: Sequence[Spot]
) -> list[Placed | None]:
    """A place for each label inside the frame; none where there is no room left.

    Labels are placed one after the other, each where it is best then, in a few orders; the best of these is
    taken.
    """
    marks = [Box(x, y, x, y).grown(AIR) for x, y in dots]
    places = [_places(label, frame, lines, marks) for label in wanted]
    order = sorted(range(len(wanted)), key=lambda nth: (len(places[nth]), wanted[nth].spots, nth))
    if len(order) <= FEW:
        orders = [list(some) for some in permutations(order)]
    else:
        orders = [row[n:] + row[:n] for row in (order, order[::-1]) for n in range(len(order))][:MOST_ORDERS]
    tried = [_one_by_one(places, some) for some in orders]
    return min(tried, key=lambda attempt: attempt[0])[1]


def _one_by_one(places: Sequence[Sequence[_Place]], order: Sequence[int]) -> tuple[int, list[Placed | None]]:
    found: list[Placed | None] = [None] * len(places)
    total = 0
    for nth in order:
        others = [placed for placed in found if placed]
        free = (place for place in places[nth] if all(_apart(place.placed, other) for other in others))
        best = next(free, None)
        found[nth] = best.placed if best else None
        total += best.cost if best else MISSING
    return total, found


def _apart(one: Placed, other: Placed) -> bool:
    """Whether two labels, and the lines to what they name, stay clear of each other."""
    if _overlap(one.box.grown(AIR), other.box):
        return False
    for leader, label in ((one.leader, other), (other.leader, one)):
        if leader and touches(leader, label.box.grown(AIR)):
            return False
    return not (one.leader and other.leader and _cross(one.leader, other.leader))


def _places(label: Wanted, frame: Box, lines: Sequence[Segment], marks: Sequence[Box]) -> list[_Place]:
    """Where the label is inside the frame and on nothing that is drawn, the best first."""
    return sorted(
        place for size in range(len(label.sizes)) for place in _of_size(label, size, frame, lines, marks)
    )


def _of_size(
    label: Wanted, size: int, frame: Box, lines: Sequence[Segment], marks: Sequence[Box]
) -> Iterator[_Place]:
    """The nearest of these places."""
    boxes = sorted(
        (_distance(spot, box.nearest(spot)) + nth * STEP, box, spot)
        for nth, spot in enumerate(label.spots)
        for box in _boxes(spot, *label.sizes[size], frame)
    )
    for distance, box, spot in boxes:
        if distance > label.within:
            return
        air = box.grown(AIR)
        if any(_overlap(air, mark) for mark in marks) or any(touches(line, air) for line in lines):
            continue
        end = box.nearest(spot)
        leader = (spot, end) if _distance(spot, end) > LEADER else None
        if leader and any(touches(leader, mark) for mark in marks if not _inside(spot, mark)):
            continue
        crossed = sum(_cross(leader, line) or _along(leader, line) for line in lines) if leader else 0
        yield _Place(distance + CROSSING * crossed + SMALLER[size], Placed(box, spot, size, leader))


def _boxes(spot: Spot, width: int, height: int, frame: Box) -> Iterator[Box]:
    """Places in the frame around the spot, further apart the further away."""
    x, y = spot
    lefts = [x - width // 2, *_away(x, frame.right - width), *_away(x - width, frame.left)]
    tops = [y - height // 2, *_away(y, frame.bottom - height), *_away(y - height, frame.top)]
    for left, top in product(lefts, tops):
        box = Box(left, top, left + width, top + height)
        if _within(box, frame):
            yield box


def _away(start: int, end: int) -> Iterator[int]:
    """Away from the start as far as the end, in ever larger steps."""
    way = 1 if end > start else -1
    distance, step = NEAR, STEP
    while distance <= abs(end - start):
        yield start + way * distance
        distance += step
        step += STEP // 4


def _within(box: Box, frame: Box) -> bool:
    return (
        frame.left <= box.left
        and box.right <= frame.right
        and frame.top <= box.top
        and box.bottom <= frame.bottom
    )


def _inside(spot: Spot, box: Box) -> bool:
    return box.left <= spot[0] <= box.right and box.top <= spot[1] <= box.bottom


def _distance(one: Spot, other: Spot) -> int:
    return isqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def touches(line: Segment, box: Box) -> bool:
    """Whether the segment has a point in common with the box."""
    (ax, ay), (bx, by) = line
    if max(ax, bx) < box.left or min(ax, bx) > box.right:
        return False
    if max(ay, by) < box.top or min(ay, by) > box.bottom:
        return False
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for x in (box.left, box.right)
        for y in (box.top, box.bottom)
    ]
    return min(sides) <= 0 <= max(sides)


def _cross(one: Segment, other: Segment) -> bool:
    """Whether the segments really cross: meeting at an end is not crossing."""

    def apart(line: Segment, ends: Segment) -> bool:
        (ax, ay), (bx, by) = line
        first, second = ((bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in ends)
        return (first < 0 < second) or (second < 0 < first)

    return apart(one, other) and apart(other, one)


def _along(one: Segment, other: Segment) -> bool:
    """Whether the first lies on the other: its middle does, and it does not cross."""
    (ax, ay), (bx, by) = one
    return touches(other, Box((ax + bx) // 2, (ay + by) // 2, (ax + bx) // 2, (ay + by) // 2).grown(10))
