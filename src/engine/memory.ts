/** How `--max-memory`, the most that the whole process takes, is shared out. docs/performance.md has what was measured. */

/** Where nobody says otherwise. */
export const DEFAULT_MAX_MEMORY = 2 ** 30;

/** What Node (24 takes the most), two threads, the program with its rules and the reports of an ordinary capture take. */
const BASE = 240 * 2 ** 20;
/** The tables get no less than this part of everything. */
const LEAST_SHARE = 8;

/** A record with its place in a hash table, twice while parts are joined, what names keep of it, and a tenth for what is not collected yet. */
const BYTES_PER_CONNECTION = 704;
/** A row with its sums and its place in a hash table, three times while it is put in order, what a verdict keeps of the odd ones, and a tenth. */
const BYTES_PER_FATE = 2304;

/** Bytes for tables in a process that may take so many in all. */
export function tableBytes(maxMemory: number): number {
  return Math.max(maxMemory - BASE, maxMemory / LEAST_SHARE);
}

/** The part that names and messages get of the memory that they may take at most, in tables of so many bytes: all of it from the default on. */
export function messageShare(bytes: number): number {
  return Math.min(1, bytes / tableBytes(DEFAULT_MAX_MEMORY));
}

/** Connections that are followed at a time in tables of so many bytes. */
export function connectionLimit(bytes: number): number {
  return Math.max(1, Math.floor(bytes / BYTES_PER_CONNECTION));
}

/** Conversations by fate that are summed up, and that the verdicts look at, in tables of so many bytes. */
export function fateLimit(bytes: number): number {
  return Math.max(1, Math.floor(bytes / BYTES_PER_FATE));
}
