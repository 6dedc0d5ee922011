// Put into each page before its own scripts: when does the page rest? What it still owes is counted,
// so that a test waits for that and not for a time.

(() => {
  const HAND_RESTS = { after: 200, atLatestAfter: 300 }; // ms: what streamlit's scripts wait, and ours
  const LOOK_AGAIN = 30; // ms
  const CALM_FRAMES = 3; // for what one event leads to in the next: a render, a picture to draw
  const NEW_SESSION = 4, SCRIPT_FINISHED = 6, FINISHED_EARLY_FOR_RERUN = 2; // ForwardMsg.proto
  const RERUN_SCRIPT = 11; // BackMsg.proto
  const timers = new Map();
  const LAST_OF_SEVERAL = 1000; // ms: after so long a run was the answer to all that was asked
  let isOwed = false, isAnswering = false, asked = 0, begun = 0, last;
  let answers = 0, calm = 0, waiting = null;

  // Timers: what a hand did is told when it rests, and here it rests as soon as a test waits.

  const { setTimeout: begin, clearTimeout: end } = globalThis;

  globalThis.setTimeout = (act, after = 0, ...given) => {
    const timer = begin((...values) => {
      timers.delete(timer);
      act(...values);
    }, after, ...given);
    if (after <= HAND_RESTS.atLatestAfter) timers.set(timer, { act: () => act(...given), after });
    return timer;
  };

  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    end(timer);
  };

  /** Let the hand rest. */
  function tellAtOnce() {
    const owed = [...timers].filter(([, { after }]) => after >= HAND_RESTS.after);
    for (const [timer, { act }] of owed) {
      clearTimeout(timer);
      act();
    }
    return owed.length;
  }

  // Answers from beside the script: pictures that are decoded, files that are looked for, and the
  // code of our parts of the page, which streamlit keeps at an address and imports from there.

  const waitFor = (ask) => (...given) => {
    answers += 1;
    return ask(...given).finally(() => { answers -= 1; });
  };

  globalThis.createImageBitmap = waitFor(globalThis.createImageBitmap);
  globalThis.fetch = waitFor(globalThis.fetch);

  const imported = waitFor((url) => import(url));
  const { createObjectURL } = URL;

  URL.createObjectURL = (file) => {
    const url = createObjectURL.call(URL, file);
    if (file.type === "text/javascript") imported(url);
    return url;
  };

  // Runs of the script: one is owed from the moment it is asked for until it has ended. One may be
  // the answer to several questions; whether it is, only time tells.

  /** Return the numbers and first bytes of a message's fields. */
  function fieldsOf(bytes) {
    let at = 0;
    const fields = new Map();
    const number = () => {
      let value = 0, factor = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = number(), value = number();
      fields.set(tag >> 3, value);
      if ((tag & 7) === 2) at += value;
    }
    return fields;
  }

  function askForRun() {
    if (!isOwed) [asked, begun] = [0, 0];
    end(last);
    asked += 1;
    [isOwed, isAnswering] = [true, false];
  }

  function beginRun() {
    end(last);
    begun += 1;
    isAnswering = true;
  }

  function hear({ data }) {
    const fields = fieldsOf(new Uint8Array(data));
    if (fields.has(NEW_SESSION)) beginRun();
    if (!fields.has(SCRIPT_FINISHED) || fields.get(SCRIPT_FINISHED) === FINISHED_EARLY_FOR_RERUN) return;
    if (isAnswering && begun >= asked) isOwed = false;
    else if (isAnswering) last = begin(() => { isOwed = false; }, LAST_OF_SEVERAL);
  }

  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", hear);
    }

    send(data) {
      if (fieldsOf(new Uint8Array(data)).has(RERUN_SCRIPT)) askForRun();
      super.send(data);
    }
  };

  const isTrained = () => {
    const bar = document.querySelector("[data-testid=stProgress]");
    const done = bar?.textContent.match(/(\d+) of (\d+) codebooks/);
    return !bar || (done && done[1] === done[2]);
  };

  const isMoving = ({ playState, effect }) =>
    playState === "running" && effect.getComputedTiming().endTime !== Infinity;

  const isCalm = () =>
    !isOwed && !tellAtOnce() && !timers.size && !answers && isTrained()
    && !document.getAnimations().some(isMoving)
    && document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid=stSkeleton]") // where a script is still to come
    && [...document.images].every((image) => image.complete);

  /** Tell whether the page rests, when asked once a frame; who waits anew waits for frames anew. */
  globalThis.isAtRest = (who) => {
    calm = isCalm() && waiting === who ? calm + 1 : 0;
    waiting = who;
    return calm >= CALM_FRAMES;
  };

  const aPause = () => new Promise((go) => { begin(go, LOOK_AGAIN); });
  const aFrame = () => new Promise((go) => { requestAnimationFrame(go); });

  /** Wait until the page rests; while the script runs, ask for no frames, which cost a core. */
  globalThis.untilAtRest = async (who) => {
    while (!isAtRest(who)) await (isOwed ? aPause() : aFrame());
    return true;
  };
})();
