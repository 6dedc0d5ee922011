// Texts of the page, put together and in their places.

import { say } from "./words.js";

/** Join those texts that there are. */
export const listed = (between, ...texts) => texts.filter(Boolean).join(between);

/** Return a PSNR in dB, as show/wording has it. */
export const decibels = (psnr) => (psnr === Infinity ? say("figure.lossless") : say("figure.psnr_db", { psnr_db: psnr }));

export const textOf = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

const LOOKS = ["nothing", "codeword", "escape"];

/** Say which entry of a column it is, and what number that stands for, if it does. */
export function toldOf({ name, kind, values = [] }, index) {
  if (!values.length) return say("page.inside.column", { name, index });
  if (kind === "looks") return say(`page.looks.${LOOKS[values[index]]}`, { name, index });
  return say(`page.inside.${kind}`, { name, index, value: values[index] });
}
