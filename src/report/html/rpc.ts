/** Ports that RPC servers handed out, and why a client went there. */
import type { RpcConnectionReport } from '../../assess/types.ts';
import { end } from '../ends.ts';
import { OUTCOME_LABELS } from '../labels.ts';
import { count } from '../quantity.ts';
import { h } from './dom.ts';
import { ruleLink } from './finding-card.ts';
import { growing, heads, leftOut, numbers, type Page, type Section, section, tableBox } from './section.ts';
import { framesText, outcomeText, seenText } from './words.ts';

const MOST_RULES = 3;

export function rpcSection(page: Page): Section | null {
  const { rpc_connections: rows, captures } = page.report;
  if (rows.length === 0) return null;
  const sorted = [...rows].sort((one, other) => Number(hasFailed(other)) - Number(hasFailed(one)));
  const body = h('tbody');
  const table = h(
    'table',
    {},
    heads('Client', 'Server', numbers('Port'), 'Interface', 'Connections', 'Told in', 'Rules', 'Seen'),
    body,
  );
  const more = growing(sorted, body, (row) => line(row, captures.length), 'connections');
  return {
    id: 'rpc',
    title: 'RPC ports',
    amount: rows.length,
    element: section(
      'rpc',
      'RPC ports',
      'Ports that the endpoint mapper (tcp 135) or DCOM handed out and clients connected to; the frame tells where.',
      tableBox('RPC ports', table),
      more,
      leftOut(page, 'rpc_connections', 'connections'),
    ),
  };
}

const hasFailed = ({ outcomes }: RpcConnectionReport): boolean =>
  (Object.keys(outcomes) as (keyof typeof outcomes)[]).some((outcome) => OUTCOME_LABELS[outcome].tone === 'bad');

function line(row: RpcConnectionReport, captures: number): HTMLElement {
  const rules = row.rules.slice(0, MOST_RULES);
  const left = row.rules.length - rules.length;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, end(row.src_ip, row.src_name, [])),
    h('td', {}, end(row.dest_ip, row.dest_name, [])),
    h('td', { class: 'num' }, `tcp ${row.dest_port}`),
    h(
      'td',
      {},
      row.interfaces.map(({ text, uuid, told_to_client: own }, at) => [
        at === 0 ? null : h('br'),
        h('span', { title: uuid }, text),
        own ? null : h('span', { class: 'muted' }, ', told to another client'),
      ]),
    ),
    h(
      'td',
      { class: hasFailed(row) ? 'state blocked' : '' },
      `${count(row.connections)}: ${outcomeText(row.outcomes)}`,
    ),
    h(
      'td',
      {},
      row.interfaces.map(({ frame, capture }, at) => [
        at === 0 ? null : h('br'),
        framesText([frame], capture, captures),
      ]),
    ),
    h(
      'td',
      {},
      rules.map((id, at) => [at === 0 ? null : h('br'), ruleLink(id)]),
      left > 0 ? ` and ${left} more` : null,
    ),
    h('td', {}, seenText(row.first_ts, row.last_ts)),
  );
}
