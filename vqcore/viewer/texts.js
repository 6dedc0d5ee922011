// Texts of the page: numbers, nouns, lists.

export const grouped = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

export const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Join those texts that there are. */
export const listed = (between, ...texts) => texts.filter(Boolean).join(between);

export const textOf = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
