// The exact pixels of a side as a PNG file.

import { withTexts } from "./png.js";
import { partsOf } from "./shows.js";

/** Save what a side shows, if that is there, with texts that say where it comes from. */
export function save({ sides, data, painter }, name) {
  const flat = sides.flatOf(name);
  if (flat && !flat.pixels) return;
  const layer = flat ? {} : sides.layerOf(name), { stem, texts } = layer.source ?? data.source;
  const some = sides.isCoarse(name) ? { columns: String(sides.columnsOf(name)) } : {};
  const made = (layer.codebook ? layer.name : `K${layer.size}`) + (some.columns ? `-columns${some.columns}` : "");
  const what = flat ? flat.name : `${made}-${partsOf(sides.showOf(name)).what}`;
  const shown = flat ? {} : { codebook_size: layer.size, ...some };
  painter.decoded(name).toBlob(async (png) => {
    download(await withTexts(png, { ...texts, ...shown, shown: what }), `${stem}-${what}.png`);
  });
}

function download(file, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
