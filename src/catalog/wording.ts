/** Rules in words. */

import { roleName } from './roles.ts';
import type { Need, Relation, Rule } from './types.ts';

const BETWEEN: Readonly<Record<Relation, string>> = {
  single: '',
  any: ' or ',
  all: ' and ',
  range: ', ',
  dynamic: '',
  none: '',
};

/** "80 or 8530", "67 and 68", "63000-64000", "dynamic"; empty for ICMP. */
export function portsInWords(ports: readonly (string | number)[], relation: Relation): string {
  return ports.map(String).join(BETWEEN[relation] || ', ');
}

/** "tcp 80 or 8530", "icmp". */
export function trafficInWords(rule: Rule): string {
  return `${rule.transport} ${portsInWords(rule.ports, rule.relation)}`.trimEnd();
}

/** "Management point, Distribution point and Fallback status point". */
export function rolesInWords(roles: readonly string[]): string {
  const names = roles.map(roleName);
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export const NEED_IN_WORDS: Readonly<Record<Need, string>> = {
  required: 'must work wherever both roles exist',
  conditional: 'must work where its condition holds',
  optional: 'allowed, nothing depends on it',
  nominal: 'printed in the documentation, but no such traffic is to be expected',
  historic: 'belongs to something that left the product',
};
