"""The textbook's vector quantization of a picture, in lines of NumPy and scikit-learn to show.

It is what the trainer "kmeans" comes to, codebook and indices, without a file. Codewords are in the
order of a .vq file, so that of two at one distance the same is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from vqcore.show.provenance import Provenance
from vqcore.signals.blocks import Colour
from vqcore.signals.pictures import Picture

IMPORTS = """\
import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin
"""
READING = """
pixels = np.atleast_3d({image}.convert({mode!r}))
"""
TO_YCBCR = """\
weights = [19595, -11058, 32768], [38470, -21710, -27439], [7471, 32768, -5329]
planes = np.minimum((pixels @ np.array(weights) + 2**15 >> 16) + [0, 128, 128], 255)
"""
CUTTING = """\
(height, width, channels), (h, w), K = pixels.shape, ({high}, {wide}), {size}
padded = np.pad({planes}, ((0, -height % h), (0, -width % w), (0, 0)), "edge")
rows, columns = len(padded) // h, padded.shape[1] // w
blocks = padded.reshape(rows, h, columns, w, channels).swapaxes(1, 2)
"""
VECTORS = """\
vectors = blocks.reshape(rows * columns, -1).astype(np.float32)
"""
HALVED = """\
luma, chroma = np.split(blocks.reshape(-1, h, w, 3), [1], axis=3)
chroma = np.pad(chroma, ((0, 0), (0, h % 2), (0, w % 2), (0, 0)), "edge")
chroma = chroma.reshape(len(luma), -(-h // 2), 2, -(-w // 2), 2, 2).mean((2, 4)) + 0.5
vectors = [part.reshape(len(luma), -1) for part in (luma, chroma.transpose(0, 3, 1, 2))]
vectors = np.hstack(vectors).astype(np.uint8).astype(np.float32)
"""
TRAINING = """\
means = KMeans(K, random_state={seed}).fit(vectors).cluster_centers_
words = np.rint(means).astype(int).tolist()
codebook = np.uint8(sorted(words, key=lambda word: (sum(word), word)))
indices = pairwise_distances_argmin(vectors, codebook)
"""
TILES = """\
tiles = codebook[indices]
"""
DOUBLED = """\
luma, chroma = np.split(codebook[indices], [h * w], axis=1)
chroma = chroma.reshape(len(luma), 2, -(-h // 2), -(-w // 2)).transpose(0, 2, 3, 1)
chroma = chroma.repeat(2, axis=1).repeat(2, axis=2)[:, :h, :w]
tiles = np.concatenate([luma.reshape(-1, h, w, 1), chroma], axis=3)
"""
JOINING = """\
rebuilt = tiles.reshape(blocks.shape).swapaxes(1, 2).reshape(padded.shape)[:height, :width]
"""
TO_RGB = """\
rebuilt = Image.fromarray(rebuilt, "YCbCr").convert("RGB")
"""
MEASURING = """\
mse = np.square(np.subtract(pixels, rebuilt, dtype=float)).mean()
psnr = 10 * np.log10(255**2 / mse)
ratio = 8 * pixels.size / (len(indices) * np.log2(K))
print(f"PSNR {{psnr:.2f}} dB, nominal ratio {{ratio:.1f}}")
"""
OF_POINTS = """\
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin

{vectors}
(n, d), K = vectors.shape, {size}
codebook = KMeans(K, random_state={seed}).fit(vectors).cluster_centers_
indices = pairwise_distances_argmin(vectors, codebook)
rebuilt = codebook[indices]
mse = np.square(np.subtract(vectors, rebuilt, dtype=float)).mean()
snr = 10 * np.log10(np.square(vectors, dtype=float).mean() / mse)
print(f"SNR {{snr:.2f}} dB, {{np.log2(K) / d:.3f}} bits a number")
"""
OF_SOUND = """\
import numpy as np
import soundfile
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin

sound, rate = soundfile.read({file!r}, dtype="int16")
frame, d, K = rate // 50, {dimension}, {size}
frames = np.pad(sound.astype(float), (0, -len(sound) % frame)).reshape(-1, frame)
powers = np.maximum(np.square(frames).mean(axis=1), 1)
levels = np.sqrt(2.0) ** np.rint(np.log2(powers)).clip(0, 31)[:, None]
vectors = np.floor(frames * (28 / levels) + 128.5).clip(0, 255).reshape(-1, d).astype(np.float32)
"""
MEASURING_SOUND = """\
rebuilt = np.floor((codebook[indices].reshape(frames.shape) - 128.0) * levels / 28 + 0.5)
rebuilt = rebuilt.clip(-32768, 32767).ravel()[: len(sound)]
snr = 10 * np.log10(np.square(sound, dtype=float).mean() / np.square(sound - rebuilt).mean())
print(f"SNR {{snr:.2f}} dB, {{(np.log2(K) * rate / d + 5 * 50) / 1000:.2f}} kbit/s")
"""
OPENED_ALIKE = ("PNG", "JPEG", "WebP", "GIF", "BMP")


def numpy_lines(picture: Picture, source: Provenance, reading: str) -> str:
    """Return lines that quantize a picture in blocks, and print PSNR and nominal ratio.

    Parameters
    ----------
    picture
    source : of which block size, colour mode, seed and K count
    reading : the arguments of `vqcore.read` for it
    """
    settings = source.settings
    colour: Colour = "gray" if picture.is_gray else settings.colour
    wide, high = settings.block_size
    return "".join(_parts(picture, colour)).format(
        image=_image(picture, reading),
        mode="L" if colour == "gray" else "RGB",
        planes="planes" if colour == "ycbcr" else "pixels",
        high=high,
        wide=wide,
        size=source.codebook_size,
        seed=settings.seed,
    )


def numpy_lines_of_points(reading: str, seed: int, size: int) -> str:
    """Return lines that quantize vectors, and print SNR and bits a number.

    Parameters
    ----------
    reading : lines that give the vectors
    seed, size : of the training
    """
    imports, _, vectors = reading.rpartition("\n\n")
    more = imports.replace("import numpy as np", "").strip()
    lines = OF_POINTS.format(vectors=vectors, size=size, seed=seed)
    return f"{more}\n{lines}" if more else lines


def numpy_lines_of_sound(file: str, dimension: int, seed: int, size: int) -> str:
    """Return lines that quantize a sound, and print SNR and nominal kbit/s.

    Parameters
    ----------
    file : has the sound at its rate, of one channel and 16 bits
    dimension : samples of a vector
    seed, size : of the training
    """
    lines = OF_SOUND + TRAINING + MEASURING_SOUND
    return lines.format(file=file, dimension=dimension, seed=seed, size=size)


def _parts(picture: Picture, colour: Colour) -> Iterator[str]:
    has_planes = colour == "ycbcr"
    if not _is_opened_alike(picture):
        yield "import vqcore\n"
    yield IMPORTS + READING
    yield TO_YCBCR + CUTTING + HALVED if has_planes else CUTTING + VECTORS
    yield TRAINING
    yield DOUBLED + JOINING + TO_RGB if has_planes else TILES + JOINING
    yield MEASURING


def _image(picture: Picture, reading: str) -> str:
    if _is_opened_alike(picture):
        return f"Image.open({reading})"
    return f"Image.fromarray(vqcore.read({reading}).pixels)"


def _is_opened_alike(picture: Picture) -> bool:
    """Say whether Pillow alone gives the same pixels; a sample is one of the lab's own PNG."""
    it = picture.origin
    return it is None or (it.kind in OPENED_ALIKE and not it.done)
