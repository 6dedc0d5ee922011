"""The player, in a Chromium that renders what is heard: both sides run at one time."""

import base64

import numpy as np
import pytest
from node import SCRIPTS

RATE = 8000
QUANTUM = 128  # samples that a browser renders at once: a hand comes between them
SOON = 160  # samples until what is asked for begins
FADED = 640  # samples until what fades is gone to the bit
RENDER = """async ({ script, sounds, acts, length, rate }) => {
  const { Player } = await import(`data:text/javascript;base64,${script}`);
  const context = new OfflineAudioContext(1, length, rate);
  const goOn = context.resume.bind(context);
  context.resume = async () => {}; // it is not the player that goes on here
  const player = new Player(() => context);
  const put = (side, name) => player.put(side, { samples: Int16Array.from(sounds[name]), rate });
  put("a", "a");
  put("b", "b");
  const does = ([name, ...given]) => (name === "put" ? put(...given) : player[name](...given));
  await player.play("a");
  for (const [frame, ...act] of acts) {
    context.suspend(frame / rate).then(() => does(act)).then(goOn);
  }
  const { promise, resolve } = Promise.withResolvers();
  context.oncomplete = ({ renderedBuffer }) => resolve([...renderedBuffer.getChannelData(0)]);
  context.startRendering();
  return promise;
}"""


def sweep(low, high, amplitude):
    """A tone that rises, so that no two places sound alike, of three seconds."""
    time = np.arange(3 * RATE) / RATE
    return np.rint(amplitude * np.cos(2 * np.pi * (low + (high - low) * time / 6) * time))


SOUNDS = {"a": sweep(40, 90, 20000), "b": sweep(70, 150, 9000), "c": sweep(110, 60, 14000)}
# By the quantum in which it is asked for: what, which sound is heard then, from which sample on.
ACTS = {
    32: (["hear", "b"], "b", None),
    64: (["put", "b", "c"], "c", None),
    80: (["repeat", [0.50004, 1.00002], "b"], "c", 4000),
    128: (["put", "b", "b"], "b", None),
    150: (["hear", "a"], "a", None),
    194: (["seek", 0.71875, "a"], "a", 5750),
    224: (["hear", "b"], "b", None),
}
LENGTH = 256 * QUANTUM


@pytest.fixture(scope="module")
def rendered(browser):
    """What is heard, as whole numbers, shape (n,)."""
    page = browser.new_page()
    given = {
        "script": base64.b64encode((SCRIPTS / "player.js").read_bytes()).decode(),
        "sounds": {name: sound.tolist() for name, sound in SOUNDS.items()},
        "acts": [[quantum * QUANTUM, *act] for quantum, (act, *_) in ACTS.items()],
        "length": LENGTH,
        "rate": RATE,
    }
    found = page.evaluate(RENDER, given)
    page.close()
    return np.rint(np.array(found) * 32768)


def as_told():
    """What should be heard if all were switched hard, and which samples are free of fades."""
    name, places = "a", np.arange(LENGTH) - SOON
    heard, clean = np.zeros(LENGTH), np.ones(LENGTH, bool)
    starts = [0, *(quantum * QUANTUM for quantum in ACTS)]
    for start, end, (_, then, place) in zip(
        starts, [*starts[1:], LENGTH], [(None, "a", 0), *ACTS.values()], strict=True
    ):
        name, begins = then, start + SOON
        if place is not None:
            places[begins:] = place + np.arange(LENGTH - begins)
        if start >= 80 * QUANTUM:
            places[begins:] = 4000 + (places[begins:] - 4000) % 4000
        heard[begins : end + SOON] = SOUNDS[name][places[begins : end + SOON]]
        clean[start : begins + FADED] = False
    return heard, clean


def test_each_side_is_heard_at_the_same_place_to_the_sample(rendered):
    heard, clean = as_told()
    assert clean.sum() > LENGTH / 2
    np.testing.assert_array_equal(rendered[clean], heard[clean])


def test_what_changes_does_not_click(rendered):
    heard, _ = as_told()
    for quantum in (it for it, (act, *_) in ACTS.items() if act[0] != "repeat"):
        around = slice(quantum * QUANTUM, quantum * QUANTUM + SOON + FADED)
        bend, hard = (np.abs(np.diff(it[around], 2)).max() for it in (rendered, heard))
        assert bend < 2000, quantum
        assert hard > 4000, quantum
