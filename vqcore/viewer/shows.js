// What a side can show: ids, which addresses and the script know, and the names that hands choose from.

import { say } from "./words.js";

export const isMatch = (show) => show.startsWith("match ");
export const fileShow = ({ id }) => `file ${id}`;
const USE_LINKS = { rebuilt: "with", difference: "difference with", indices: "index map with" };
const useShow = (what, id) => `${what} with ${id}`;

/** Return what shows a picture rebuilt with a codebook from elsewhere. */
export const rebuiltWith = (id) => useShow("rebuilt", id);

/** Take apart what a side shows: what of the picture, and the id of a codebook from elsewhere, if it is made with that. */
export function partsOf(show) {
  const [, what, codebook] = /^(rebuilt|difference|indices) with (.+)$/.exec(show) ?? [null, show, null];
  return { what, codebook };
}

/** Tell whether something was uploaded: its id means nothing elsewhere. */
export const isUpload = (show) => show.startsWith("file ") || Boolean(partsOf(show).codebook);

/** Return what there is without files and codebooks from elsewhere: without an original, nothing to compare with. */
export function plainChoices(hasOriginal) {
  const shows = hasOriginal ? ["original", "rebuilt", "difference", "indices"] : ["rebuilt", "indices"];
  return shows.map((show) => [show, say(`page.show.${show}`)]);
}

/**
 * Return all choices, [id, name] each, and for an upload how a link has it: by its own name, since
 * its id means nothing elsewhere. Training, codebooks from elsewhere, rivals' files and other uploads last.
 */
export function choicesOf({ original, rivals, codebooks }, files, hasTraining) {
  const matches = rivals.flatMap(([codec, title]) => ["size", "psnr"].map((by) =>
    [`match ${codec} ${by}`, say(`page.show.same-${by}`, { codec: title })]));
  const uses = codebooks.flatMap(([id, name]) => Object.entries(USE_LINKS).map(([what, link]) =>
    [useShow(what, id), say(`page.show.${what}-with`, { name }), `=${link} ${name}`]));
  const training = hasTraining ? [["training", say("page.show.training")]] : [];
  const uploads = files.map((file) => [fileShow(file), file.name, `=${file.name}`]);
  return [...plainChoices(original), ...training, ...uses, ...matches, ...uploads];
}
