"""Colours as text (`#0f5c63`) in, contrast and readable neighbours out.

Formulas: WCAG 2.2, “relative luminance” and “contrast ratio”.
"""

import colorsys
import re

HEX = re.compile(r"#[0-9a-f]{6}")

#: The contrast that WCAG 2.2 level AA asks for in body text.
READABLE = 4.5

RGB = tuple[float, float, float]


def rgb(colour: str) -> RGB:
    """Red, green and blue from 0 to 1."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _text(parts: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shade(colour: str, ground: str) -> str:
    """The dim ground that goes with a colour on a dark one: 15 parts in 100 of it on that."""
    red, green, blue = (0.85 * dark + 0.15 * part for part, dark in zip(rgb(colour), rgb(ground), strict=True))
    return _text((red, green, blue))


def tint(colour: str) -> str:
    """The pale ground that goes with a colour: 9 parts in 100 of it on white."""
    red, green, blue = (1 - 0.09 * (1 - part) for part in rgb(colour))
    return _text((red, green, blue))


def is_readable(colour: str) -> bool:
    """Whether words can be read in this colour on its tint, and in white on this colour."""
    return contrast(colour, tint(colour)) >= READABLE and contrast(colour, "#ffffff") >= READABLE


def nearest_readable(colour: str) -> str:
    """The same hue, only as much darker as it must be to be readable."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb(colour))
    for step in range(101):
        darker = _text(colorsys.hls_to_rgb(hue, lightness * (1 - step / 100), saturation))
        if is_readable(darker):
            return darker
    return "#000000"


def nearest_light(colour: str, *grounds: str) -> str:
    """The same hue, only as much lighter as it must be to be read on each of some dark grounds."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb(colour))
    for step in range(101):
        lighter = _text(colorsys.hls_to_rgb(hue, lightness + (1 - lightness) * step / 100, saturation))
        if all(contrast(lighter, ground) >= READABLE for ground in grounds):
            return lighter
    return "#ffffff"
