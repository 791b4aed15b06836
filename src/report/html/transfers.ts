/** Files asked for over TFTP, those that failed first. */
import { count, counted, secondsBetween, size } from '../quantity.ts';
import { h } from './dom.ts';
import { growing, heads, leftOut, numbers, type Page, tableBox } from './section.ts';

const BAD: ReadonlySet<string> = new Set(['refused', 'no-answer', 'not-acknowledged', 'stalled']);

export function transferTable(page: Page): HTMLElement {
  const { tftp_transfers: transfers } = page.report;
  const body = h('tbody');
  const details = h('details', {}, h('summary', {}, counted(transfers.length, 'TFTP transfer')));
  const name = (ip: string): string => (page.names[ip] === undefined ? ip : `${page.names[ip]} (${ip})`);
  details.addEventListener('toggle', () => {
    if (!details.open || body.childElementCount > 0) return;
    const table = h(
      'table',
      {},
      heads('Client', 'Server', 'File', 'Outcome', numbers('Bytes'), numbers('Time'), numbers('Sent again'), 'Frames'),
      body,
    );
    const more = growing(
      transfers,
      body,
      (one) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, name(one.client_ip)),
          h('td', {}, name(one.server_ip), one.server_port === null ? '' : `, port ${one.server_port}`),
          h('td', { class: 'mono' }, one.file),
          h(
            'td',
            { class: BAD.has(one.outcome) ? 'state blocked' : 'state' },
            one.outcome.replace(/-/g, ' '),
            one.error === null ? '' : `: error ${one.error.code} ${one.error.text} (${one.error.by})`,
          ),
          h('td', { class: 'num' }, size(one.bytes)),
          h('td', { class: 'num' }, `${secondsBetween(one.first_ts, one.last_ts).toFixed(2)} s`),
          h('td', { class: 'num' }, count(one.retransmissions)),
          h('td', {}, one.request_frames.join(', ')),
        ),
      'transfers',
    );
    details.append(tableBox('TFTP transfers', table));
    if (more instanceof Node) details.append(more);
    const rest = leftOut(page, 'tftp_transfers', 'transfers');
    if (rest !== null) details.append(rest);
  });
  return details;
}
