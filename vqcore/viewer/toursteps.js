// The steps of the tour: what each points out, when it is done, and this picture's numbers in it. Nothing here knows the page.

import { isMatch } from "./shows.js";

const WANTED = [1, 2, 32];

/** Return the K nearest to one that is wanted, of those there are. */
export function nearest(sizes, wanted) {
  const far = (size) => Math.abs(Math.log2(size / wanted));
  return sizes.reduce((best, size) => (best && far(best) <= far(size) ? best : size), undefined);
}

const isAt = (wanted) => ({ size, sizes }) => size === nearest(sizes, wanted);

/** Return the fields that a step on a K has. */
const ofSize = (wanted) => ({ sizes, figuresOf, facts }) => {
  const size = nearest(sizes, wanted);
  return { ...figuresOf(size), ...facts, size, bits: Math.ceil(Math.log2(size)) };
};

/** Return what chooses the words of a step: others, where the picture is whole, in no blocks. */
const worded = (choose) => (seen) => (seen.isWhole ? `whole-${choose(seen)}` : choose(seen));

/** Return which words a step on a K has: others, where more than one codeword was wanted and there is no more. */
const wordsOf = (wanted) => worded(({ sizes }) => (wanted > 1 && nearest(sizes, wanted) === 1 ? "only" : `k${wanted}`));

const sized = (wanted, at) => ({ id: `k${wanted}`, at, isDone: isAt(wanted), fields: ofSize(wanted), words: wordsOf(wanted) });

/**
 * What a step is asked with: { size, sizes, facts, name, isWhole, isPointing, isFollowing, shown (by side),
 * figuresOf(size) }. One that `leaves` lets go of the block that is followed, which dims all others.
 * The hand is at work where it points, or where `hand` says. Its words are those of its id, or what `words` says.
 */
export const STEPS = [
  { id: "block", at: ".stage", isDone: ({ isPointing, isFollowing }) => isPointing || isFollowing, words: worded(() => "block"), fields: ({ name, facts }) => ({ name, ...facts }) },
  { id: "vector", at: ".inspector", hand: ".stage", isDone: ({ isFollowing }) => isFollowing, words: worded(() => "vector"), fields: ({ facts }) => facts, leaves: true },
  ...WANTED.map((wanted) => sized(wanted, ".sizer[data-side=b]")),
  { id: "bytes", at: ".measured", isDone: ({ size, sizes }) => size === Math.max(...sizes), words: worded(() => "bytes"), fields: ofSize(32) },
  { id: "rival", at: ".side[data-side=a] .show", isDone: ({ shown }) => isMatch(shown.a), fields: ({ size, figuresOf }) => ({ ...figuresOf(size), size }) },
];
