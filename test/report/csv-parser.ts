/** RFC 4180, read strictly: enough to hold our own CSV against. */

/** Records of fields; throws where the text breaks the rules of section 2. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: string[] = [];
    for (;;) {
      const [field, next] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      record.push(field);
      at = next;
      if (text[at] !== ',') break;
      at++;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`record does not end with CRLF at ${at}`);
    at += 2;
    records.push(record);
  }
  return records;
}

function plainField(text: string, start: number): [string, number] {
  const length = text.slice(start).search(/[,\r\n]/);
  const field = text.slice(start, start + length);
  if (length < 0 || field.includes('"')) throw new Error(`bare quote or missing line end at ${start}`);
  return [field, start + length];
}

function quotedField(text: string, start: number): [string, number] {
  let field = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new Error(`quote opened at ${start} is never closed`);
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [field, quote + 1];
    field += '"';
    at = quote + 2;
  }
}
