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

/** Items that are made into text at once. */
const BATCH = 256;
/** What stands around the items of a list that is the only value of an object. */
const BEFORE = '{\n  "": [\n    ';
const AFTER = '\n  ]\n}';

function* renderArray(items: unknown[]): Generator<string> {
  for (let at = 0; at < items.length; at += BATCH) {
    const text = JSON.stringify({ '': items.slice(at, at + BATCH) }, null, 2);
    yield `${at === 0 ? '[' : ','}\n    ${printableJson(text.slice(BEFORE.length, -AFTER.length))}`;
  }
  yield '\n  ]';
}

const indented = (value: unknown, margin: string): string =>
  printableJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${margin}`);
