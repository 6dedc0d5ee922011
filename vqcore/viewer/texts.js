// Texts of the page, put together and in their places.

/** Join those texts that there are. */
export const listed = (between, ...texts) => texts.filter(Boolean).join(between);

export const textOf = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
