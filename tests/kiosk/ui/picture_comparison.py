"""What a person would see differ between two pictures of a screen.

Another version of the software GL draws the same things in the same places, but an edge may fall
on the neighbouring pixel and a shade may be off a little. A pixel agrees when its colour lies
between the darkest and the lightest of the other picture's pixels around it (`REACH`), give or take
`SHADE`, in each channel, and the same holds the other way round. What is left is counted: ink
where there was none, ink that is gone, another colour.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

REACH = 1  # pixels
SHADE = 16  # of 255
STRAY_PIXELS = 8  # a softer GL rounds a corner or two; a changed letter is three times that


def seen_difference(new: Image.Image, old: Image.Image) -> int:
    """How many pixels a person would see differ."""
    assert new.size == old.size, f"{new.size} is not {old.size}"
    new, old = new.convert("RGB"), old.convert("RGB")
    apart = ImageChops.lighter(_outside(new, old), _outside(old, new))
    red, green, blue = apart.point(lambda value: 255 if value > SHADE else 0).split()
    return ImageChops.lighter(red, ImageChops.lighter(green, blue)).histogram()[255]


def _outside(one: Image.Image, other: Image.Image) -> Image.Image:
    """How far each pixel of `one` lies outside what `other` has there and around."""
    side = 2 * REACH + 1
    darkest = other.filter(ImageFilter.MinFilter(side))
    lightest = other.filter(ImageFilter.MaxFilter(side))
    return ImageChops.lighter(ImageChops.subtract(darkest, one), ImageChops.subtract(one, lightest))
