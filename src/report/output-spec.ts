/** `--output FORMAT=PATH`, read and checked. */
import { resolve } from 'node:path';
import { nearest } from '../catalog/nearest.ts';
import type { FormatName } from './formats.ts';
import { printable } from './printable.ts';

/** Where one report goes. */
export interface OutputSpec<Format extends string = FormatName> {
  format: Format;
  /** As given; `-` is standard output. */
  path: string;
}

export const STANDARD_OUTPUT = '-';

export type OutputSpecCode =
  | 'no-format'
  | 'unknown-format'
  | 'no-path'
  | 'same-path-twice'
  | 'overwrites-input'
  | 'read-twice'
  | 'binary-on-terminal';

export class OutputSpecError extends Error {
  override readonly name = 'OutputSpecError';
  readonly code: OutputSpecCode;

  constructor(code: OutputSpecCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Splits at the first `=`, so that paths may hold more of them, drive letters and all.
 *
 * @param names the formats there are
 * @example parseOutputSpec('json=C:\\reports\\today.json', FORMAT_NAMES) // { format: 'json', path: 'C:\\reports\\today.json' }
 */
export function parseOutputSpec<Format extends string>(spec: string, names: readonly Format[]): OutputSpec<Format> {
  const isFormat = (name: string): name is Format => (names as readonly string[]).includes(name);
  const shown = printable(spec);
  const at = spec.indexOf('=');
  if (at < 0 && isFormat(spec)) {
    throw new OutputSpecError('no-path', noPath(shown, spec));
  }
  if (at < 0) {
    const likely = names.find((name) => spec.endsWith(`.${name}`)) ?? names[0];
    throw new OutputSpecError(
      'no-format',
      `--output ${shown} names no format: write FORMAT=PATH, such as ${likely}=${shown}.`,
    );
  }
  const format = spec.slice(0, at);
  if (!isFormat(format)) {
    const meant = nearest(format, names);
    const hint = meant === undefined ? `the formats are ${names.join(', ')}` : `did you mean '${meant}'?`;
    throw new OutputSpecError('unknown-format', `--output ${shown}: unknown format '${printable(format)}', ${hint}`);
  }
  const path = spec.slice(at + 1);
  if (path === '') {
    throw new OutputSpecError('no-path', noPath(shown, format));
  }
  return { format, path };
}

const noPath = (shown: string, format: string): string =>
  `--output ${shown} names no path: write ${format}=PATH, or ${format}=- for standard output.`;

/** All of them; two reports in one place would overwrite each other. */
export function parseOutputSpecs<Format extends string>(
  specs: readonly string[],
  names: readonly Format[],
): OutputSpec<Format>[] {
  const parsed = specs.map((spec) => parseOutputSpec(spec, names));
  const places = parsed.map(({ path }) => (path === STANDARD_OUTPUT ? path : resolve(path)));
  const twice = parsed.find((_, index) => places.indexOf(places[index]!) < index);
  if (twice !== undefined) {
    const place = twice.path === STANDARD_OUTPUT ? 'standard output' : printable(twice.path);
    throw new OutputSpecError(
      'same-path-twice',
      `--output sends more than one report to ${place}: give each its own path.`,
    );
  }
  return parsed;
}

/**
 * Where a command writes whose result is printed unless it goes into files. Files come first: whoever reads what is printed may go away
 * before its end.
 *
 * @param format what `--format` asks for, printed besides the files
 * @param byDefault what is printed where neither it nor a file is asked for
 */
export function placesOf<Format extends string>(
  { format, output = [] }: { format?: Format; output?: readonly string[] },
  names: readonly Format[],
  byDefault: Format,
): OutputSpec<Format>[] {
  const outputs = parseOutputSpecs(output, names);
  const printed = outputs.filter(({ path }) => path === STANDARD_OUTPUT);
  const files = outputs.filter(({ path }) => path !== STANDARD_OUTPUT);
  if (printed.length > 0) return [...files, ...printed];
  const inFormat = format ?? (files.length === 0 ? byDefault : null);
  return inFormat === null ? files : [...files, { format: inFormat, path: STANDARD_OUTPUT }];
}
