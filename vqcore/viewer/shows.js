// What a side can show: ids, which addresses and the script know, and the names that hands choose from.

export const isMatch = (show) => show.startsWith("match ");
export const fileShow = ({ id }) => `file ${id}`;
export const linkTo = (title) => `=${title}`;
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
  const compared = (show) => (hasOriginal ? [[show, show]] : []);
  return [...compared("original"), ["rebuilt", "rebuilt"], ...compared("difference"), ["indices", "index map"]];
}

/** Return all choices, [id, name] each: training, codebooks from elsewhere, rivals' files and other uploads last. */
export function choicesOf({ original, rivals, codebooks }, files, hasTraining) {
  const matches = rivals.flatMap(([codec, title]) => [
    [`match ${codec} size`, `${title} of the same size`],
    [`match ${codec} psnr`, `${title} of the same PSNR`],
  ]);
  const uses = codebooks.flatMap(([id, title]) => [
    [rebuiltWith(id), `with ${title}`],
    [useShow("difference", id), `difference with ${title}`],
    [useShow("indices", id), `index map with ${title}`],
  ]);
  const training = hasTraining ? [["training", "training"]] : [];
  const uploads = files.map((file) => [fileShow(file), file.name]);
  return [...plainChoices(original), ...training, ...uses, ...matches, ...uploads];
}
