/** A report that was written as JSON, read back. */
import { readFile, stat } from 'node:fs/promises';
import type { Report } from '../assess/types.ts';
import { fileText } from '../site/file-text.ts';
import { printable } from './printable.ts';
import { reportSchema } from './schema.ts';

export type ReportFileCode = 'not-readable' | 'too-large' | 'not-json' | 'no-report' | 'other-version';

/** A file that is no report of ours; the message says what it is instead and how to make one. */
export class ReportFileError extends Error {
  override readonly name = 'ReportFileError';
  readonly code: ReportFileCode;
  readonly path: string;

  constructor(code: ReportFileCode, path: string, why: string) {
    super(`${printable(path)}: ${why}`);
    this.code = code;
    this.path = path;
  }
}

/** Bytes of a report; beyond it, Node has no string that holds it. */
const LARGEST = 500 * 1024 * 1024;
const HOW = "'pcapcheck check … --output json=report.json' makes one";

/** True where a file begins as JSON does; captures never do. */
export async function looksLikeReport(path: string): Promise<boolean> {
  const { open } = await import('node:fs/promises');
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return /^\s*\{/.test(fileText(buffer.subarray(0, bytesRead)));
  } finally {
    await file.close();
  }
}

/**
 * The report in the file at `path`, checked against the schema.
 * @throws ReportFileError
 */
export async function readReport(path: string): Promise<Report> {
  const text = await textOf(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReportFileError('not-json', path, `this is no JSON; ${HOW}.`);
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema !== 'string' || !schema.startsWith('pcapcheck-report/')) {
    throw new ReportFileError('no-report', path, `this is no report of pcapcheck; ${HOW}.`);
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue.path.map(String).join('.');
  throw new ReportFileError(
    'other-version',
    path,
    `the report lacks something (${printable(place)}: ${printable(issue.message)}): it was changed, or another version of pcapcheck made it; make it again with this one.`,
  );
}

async function textOf(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > LARGEST) {
      throw new ReportFileError('too-large', path, 'is too large to be a report of pcapcheck.');
    }
    return fileText(await readFile(path));
  } catch (error) {
    if (error instanceof ReportFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOENT: 'no such file.',
      EACCES: 'no permission to read it.',
      EPERM: 'no permission to read it.',
      EBUSY: 'is open in another program that lets nobody else read it.',
      EISDIR: 'is a folder, not a report.',
    };
    throw new ReportFileError('not-readable', path, why[code ?? ''] ?? `cannot be read (${code ?? 'unknown reason'}).`);
  }
}
