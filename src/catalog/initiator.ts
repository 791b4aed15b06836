/**
 * Who may start (note 5). `both` means that either end may, except that a site system which is set to
 * `site_initiated_only` never starts towards the site server, and that some roles send no status back.
 */

import type { Endpoint } from '../site/index.ts';
import type { Need, Rule } from './types.ts';

/** Roles that send no status back to the site server. */
const SEND_NO_STATUS = new Set(['rsp', 'dp']);

/** The need of `rule` in the printed direction or against it; null: it must not happen that way. */
export function needOfDirection(rule: Rule, need: Need, reversed: boolean, client: Endpoint): Need | null {
  const siteSystemStarts = reversed ? rule.from.includes('site-server') : rule.to === 'site-server';
  if (rule.direction === 'both' && siteSystemStarts && client.siteInitiatedOnly) return null;
  if (!reversed) return need;
  if (rule.direction !== 'both') return null;
  if (need === 'required' && rule.notes.includes(5) && SEND_NO_STATUS.has(rule.to)) return 'optional';
  return need;
}
