/** The parts of a malformed topology that can still be checked against one another, in their places. */

import type { SiteFile } from './schema.ts';

type Row = Record<string, unknown>;

/** Stands where a text should be; its real value was reported already. No text of a YAML file begins like this. */
export const isPlaceholder = (text: string): boolean => text.startsWith('\u0000');

/**
 * `value` with everything removed that has not the type which the later checks rely on. Lists keep their length, so that
 * places stay true; a row that cannot be used is replaced by an empty one with a name no other row has.
 */
export function wellFormedParts(value: unknown): Partial<SiteFile> {
  const file = asRow(value);
  const settings = asRow(file.settings);
  const proxy = asRow(settings.proxy);
  const parts = {
    settings: {
      ...(typeof proxy.host === 'string' && typeof proxy.port === 'number' ? { proxy } : {}),
      ...(Array.isArray(settings.site_initiated_only)
        ? { site_initiated_only: settings.site_initiated_only.filter((name) => typeof name === 'string') }
        : {}),
    },
    hosts: asRows(file.hosts).map((row, i) => ({
      name: textOr(row.name, `\u0000host${i}`),
      addresses: texts(row.addresses),
      roles: texts(row.roles),
    })),
    networks: asRows(file.networks).map((row, i) => ({
      name: textOr(row.name, `\u0000network${i}`),
      // A network without a usable extent was reported with its shape; give it one that collides with nothing.
      ...(typeof row.cidr === 'string' ? { cidr: row.cidr } : {}),
      ...(typeof row.range === 'string' ? { range: row.range } : {}),
      roles: texts(row.roles),
    })),
    expect: rules(file.expect),
    forbid: rules(file.forbid),
    exceptions: asRows(file.exceptions).map((row, i) => ({
      id: textOr(row.id, `\u0000${i}`),
      kind: textsOr(row.kind, []),
      rule: textsOr(row.rule, []),
      ...(row.from === undefined ? {} : { from: ends(row.from) }),
      ...(row.to === undefined ? {} : { to: ends(row.to) }),
      // What may be wrong with it was told with its shape.
      fingerprint: '\u0000',
      reason: '',
      owner: '',
    })),
  };
  return parts as unknown as Partial<SiteFile>;
}

function rules(value: unknown): Row[] {
  return asRows(value).map((row, i) => ({
    ...(row.ports === undefined ? {} : { ports: [] }),
    id: textOr(row.id, `\u0000${i}`),
    transport: textOr(row.transport, 'tcp'),
    from: ends(row.from),
    to: ends(row.to),
  }));
}

function ends(value: unknown): string | string[] {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((end) => typeof end === 'string') ? value : 'any';
}

const asRow = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};
const asRows = (value: unknown): Row[] => (Array.isArray(value) ? value.map(asRow) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '\u0000')) : [];
const textsOr = (value: unknown, otherwise: string[]): string | string[] =>
  typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    ? (value as string | string[])
    : otherwise;
const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
