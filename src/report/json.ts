/** The whole report as one JSON document, keys in the order of the schema. */
import type { Report } from '../assess/types.ts';
import { orderedReport } from './key-order.ts';
import { printableJson } from './printable.ts';

/** The text of `JSON.stringify(report, null, 2)` and a line end, in pieces: no single string has to hold it all. */
export function* renderJson(report: Report): Generator<string> {
  const entries = Object.entries(orderedReport(report));
  for (const [index, [key, value]] of entries.entries()) {
    yield `${index === 0 ? '{' : ','}\n  ${JSON.stringify(key)}: `;
    if (Array.isArray(value) && value.length > 0) yield* renderArray(value);
    else yield indented(value, '  ');
  }
  yield '\n}\n';
}

function* renderArray(items: unknown[]): Generator<string> {
  for (const [index, item] of items.entries()) yield `${index === 0 ? '[' : ','}\n    ${indented(item, '    ')}`;
  yield '\n  ]';
}

const indented = (value: unknown, margin: string): string =>
  printableJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${margin}`);
