import type { ReaderSummary } from '../capture/types.ts';

/** Comments kept of one capture, as a single reader keeps them. */
const COMMENTS = 100;

/** What one reader would have said of segments without damage that follow one another. */
export function joinSummaries(summaries: readonly ReaderSummary[]): ReaderSummary {
  const [first] = summaries;
  const losses = joinLosses(summaries);
  return {
    format: first.format,
    frames: summaries.reduce((sum, { frames }) => sum + frames, 0),
    linkTypes: [...new Set(summaries.flatMap(({ linkTypes }) => linkTypes))],
    nanosecondTimes: summaries.some(({ nanosecondTimes }) => nanosecondTimes),
    problems: summaries.flatMap(({ problems }) => problems),
    problemCount: summaries.reduce((sum, { problemCount }) => sum + problemCount, 0),
    droppedByCapture: losses.reduce((sum, { between, total }) => sum + Math.max(between, total), 0),
    losses,
    comments: summaries.flatMap(({ comments }) => comments).slice(0, COMMENTS),
  };
}

/** Losses by interface: what packets say adds up, what statistics say counts from the start of the capture. */
function joinLosses(summaries: readonly ReaderSummary[]): ReaderSummary['losses'] {
  const joined: ReaderSummary['losses'] = [];
  for (const { losses } of summaries) {
    losses.forEach(({ between, total }, i) => {
      const known = joined[i] ?? { between: 0, total: 0 };
      joined[i] = { between: known.between + between, total: Math.max(known.total, total) };
    });
  }
  return joined;
}
