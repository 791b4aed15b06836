/** What a comparison of rows found. */
export interface Compared {
  /** Rows of the tool. */
  rows: number;
  equal: number;
  /** `+` what we have more, `-` what the tool has more; a row that occurs several times is told as often. */
  differences: string[];
}

/** Holds rows against those of a tool, in any order; each as often as it occurs. */
export function compareRows(theirs: readonly string[], ours: readonly string[]): Compared {
  const open = new Map<string, number>();
  for (const row of theirs) open.set(row, (open.get(row) ?? 0) + 1);
  let equal = 0;
  const differences: string[] = [];
  for (const row of ours) {
    const count = open.get(row) ?? 0;
    if (count === 0) differences.push(`+ ${row}`);
    else {
      equal++;
      open.set(row, count - 1);
    }
  }
  for (const [row, count] of open) for (let i = 0; i < count; i++) differences.push(`- ${row}`);
  return { rows: theirs.length, equal, differences: differences.sort() };
}
