// The words of the page, which the script brings by id; they are filled in as in vqcore/words.

const FIELD = /\{(\w+)(?::(?:\.(\d+)f|(d)))?\}/g;

/** What all components share: the language, the texts by id, and what waits for them. */
const page = () => (globalThis.vqLabWords ??= { language: null, texts: null, waiting: [], speaking: new Map() });

export const language = () => page().language;

/** Take the texts of a language, and let go on what has waited for them; if it is another one, let all begin anew. */
export function learn(words) {
  const isOther = page().texts && page().language !== words.language;
  Object.assign(page(), { language: words.language, texts: words.texts });
  for (const act of page().waiting.splice(0)) act();
  if (isOther) beginAnew();
}

/** Let all that speaks begin anew, which asks to be told of the next language. */
function beginAnew() {
  const { speaking } = page();
  page().speaking = new Map();
  for (const act of speaking.values()) act();
}

/** Act whenever another language is spoken, until it is said again with nothing to do. */
export function onOtherLanguage(who, act) {
  if (act) page().speaking.set(who, act);
  else page().speaking.delete(who);
}

/** Act once there are words. */
export function whenSpoken(act) {
  if (page().texts) act();
  else page().waiting.push(act);
}

/** Return the text of an id with its fields filled in; of plural forms, the one for the field n. */
export function say(id, fields = {}) {
  const { texts } = page(), text = texts[id] ?? texts[`${id}.${fields.n === 1 ? "one" : "other"}`];
  if (text === undefined) throw new Error(`There is no text ${id}.`);
  return text.replaceAll(FIELD, (_, name, digits, plain) => {
    if (fields[name] === undefined) throw new Error(`The text ${id} has no ${name}.`);
    return told(fields[name], digits, plain);
  });
}

/** Write a number with so many digits, or plain; else, if it is whole, with its digits in threes. */
function told(value, digits, plain) {
  if (typeof value !== "number" || plain) return String(value);
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (digits) return value.toFixed(digits);
  return Number.isInteger(value) ? grouped(value) : String(value);
}

const grouped = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

/**
 * Say what is written in a place: texts by data-say, in which *this* is emphasized, and attributes
 * by data-say-title and data-say-aria-label.
 */
export function fill(place) {
  for (const each of place.querySelectorAll("[data-say]")) {
    each.replaceChildren(...emphasized(say(each.dataset.say)));
  }
  for (const name of ["title", "aria-label"]) {
    for (const each of place.querySelectorAll(`[data-say-${name}]`)) {
      const side = each.closest("[data-side]")?.dataset.side.toUpperCase();
      each.setAttribute(name, say(each.getAttribute(`data-say-${name}`), { side }));
    }
  }
}

const emphasized = (text) => text.split("*").map((part, at) =>
  (at % 2 ? Object.assign(document.createElement("em"), { textContent: part }) : part));
