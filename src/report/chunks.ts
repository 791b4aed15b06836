/** Collects short pieces of text and passes them on in chunks: a system call for each piece would be the slowest part of a run. */

/** Takes text, some 64 KiB at a time. */
export type TextSink = (text: string) => void;

const CHUNK = 64 * 1024;

export interface Chunks {
  add(text: string): void;
  /** Passes on what is left. */
  flush(): void;
}

export function chunks(write: TextSink): Chunks {
  let pending = '';
  const flush = (): void => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    write(text);
  };
  return {
    add(text) {
      pending += text;
      if (pending.length >= CHUNK) flush();
    },
    flush,
  };
}
