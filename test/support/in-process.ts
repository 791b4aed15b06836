/** The program without a process of its own: what it prints, and what must hold of all that it prints. */
import { Readable } from 'node:stream';
import type { Report } from '../../src/assess/types.ts';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** @throws Error where the program ends as no user should see it */
export async function inProcess(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    out(data) {
      out.push(typeof data === 'string' ? data : Buffer.from(data).toString('base64'));
      return true;
    },
    err: (text) => void err.push(text),
    stdout: { isTTY: false, columns: 100, rows: 24 },
    stderr: { isTTY: false, columns: 100, write: (text: string) => err.push(text) },
    env: {},
    onInterrupt: () => () => {},
    onStop: () => () => {},
    stdin: () => Readable.from([]),
  };
  const code = await main(args, terminal);
  const result = { code, out: out.join(''), err: err.join('') };
  if (![0, 1, 2].includes(code)) throw new Error(`exit code ${code}`);
  if (result.err.includes('internal error')) throw new Error(result.err);
  // What a terminal obeys does not come out of a capture.
  if (hasControlCharacter(result.out) || hasControlCharacter(result.err))
    throw new Error('a control character is printed');
  return result;
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** @throws Error unless every frame is judged, or counted under a reason */
export function expectAccounted({ coverage, captures }: Report): void {
  const counted = Object.values(coverage.not_judged).reduce((sum, count) => sum + count, 0);
  const read = captures.reduce((sum, capture) => sum + capture.frames, 0);
  if (coverage.judged + counted !== coverage.frames || read !== coverage.frames)
    throw new Error(`${coverage.judged} judged and ${counted} not, of ${coverage.frames} frames, ${read} in the files`);
}
