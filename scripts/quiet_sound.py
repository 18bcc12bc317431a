"""Makes the sound of a quiet hour: a low chord that breathes, over something like the sea.

Usage: quiet_sound.py [FILE]. The same bytes each time: every part repeats a whole number of times
within the loop, so that its end is its beginning.
"""

import array
import math
import random
import sys
import wave
from pathlib import Path

RATE = 8_000  # all of it lies below 1 kHz
SECONDS = 30
COUNT = RATE * SECONDS
FILE = Path(__file__).parents[1] / "static" / "sound" / "quiet.wav"
# Whole turns in the loop, strength, and how often it swells in the loop.
_TONES = (
    (55 * SECONDS, 0.26, 3),
    (82 * SECONDS + 15, 0.20, 2),
    (110 * SECONDS, 0.16, 3),
    (165 * SECONDS, 0.09, 5),
    (220 * SECONDS, 0.05, 2),
)
_WAVES = 3  # of the sea, ten seconds each
_SEA = 0.5
_LOUDEST = 0.55


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    sea = _sea()
    mixed = [_chord(at) + _SEA * sea[at] * _swell(at, _WAVES) for at in range(COUNT)]
    peak = max(abs(value) for value in mixed)
    samples = array.array("h", (round(value / peak * _LOUDEST * 32_767) for value in mixed))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _chord(at: int) -> float:
    turn = 2 * math.pi * at / COUNT
    return sum(
        strength * math.sin(turns * turn) * _swell(at, swells) for turns, strength, swells in _TONES
    )


def _swell(at: int, times: int) -> float:
    return 0.55 - 0.45 * math.cos(2 * math.pi * times * at / COUNT)


def _sea() -> list[float]:
    """Noise whose high parts are gone, run twice so that the filter has settled into the loop."""
    noise = random.Random(7)  # noqa: S311  a sound, no secret
    raw = [noise.uniform(-1, 1) for _ in range(COUNT)]
    low = lower = 0.0
    heard = []
    for value in raw + raw:
        low += 0.06 * (value - low)
        lower += 0.06 * (low - lower)
        heard.append(lower)
    return [8 * value for value in heard[COUNT:]]


main()
