/** Everything about one rule, in prose. */

import { SETTINGS, type SettingName } from '../site/settings.ts';
import { roleName } from './roles.ts';
import type { Catalog, Rule, Statement } from './types.ts';
import { NEED_IN_WORDS, portsInWords, rolesInWords } from './wording.ts';

/** Paragraphs without line breaks; the caller wraps them. The first is the rule id. */
export function explainRule(rule: Rule, catalog: Catalog): string[] {
  const paragraphs = [rule.id, talk(rule), ports(rule), need(rule)];
  const others = related(rule, catalog);
  if (others) paragraphs.push(others);
  for (const number of rule.notes) {
    const note = catalog.notes.get(number);
    if (note) paragraphs.push(`Note ${number}, ${note.title}: ${note.text}`);
  }
  if (rule.remark) paragraphs.push(`Remark: ${rule.remark}`);
  paragraphs.push(history(rule));
  paragraphs.push(...sources(rule));
  return paragraphs.filter(Boolean);
}

export function explainStatement(statement: Statement): string[] {
  const held = statement.versions;
  const versions =
    held.length > 0 ? ` Stands in ${held.length === 1 ? 'version' : 'versions'} ${held.join(', ')}.` : '';
  return [statement.id, statement.text + versions, sourceLine(statement.source)];
}

function talk(rule: Rule): string {
  const from = rolesInWords(rule.from);
  const to = roleName(rule.to);
  const name = rule.endpoint ? ` as ${rule.endpoint.host}${rule.endpoint.path ?? ''}` : '';
  const what =
    rule.description === rule.service || rule.endpoint?.host === rule.description ? rule.service : rule.description;
  const only = rule.appliesTo.length > 0 ? ` (${rolesInWords(rule.appliesTo)})` : '';
  if (rule.direction === 'both') return `${from} and ${to}${only} talk to each other, either may start: ${what}.`;
  return `${from} ${rule.from.length > 1 ? 'talk' : 'talks'} to ${to}${only}${name}: ${what}.`;
}

function ports(rule: Rule): string {
  const transport = rule.transport.toUpperCase();
  if (rule.relation === 'none') return `Traffic: ${transport} echo request and reply; there is no port.`;
  const words = portsInWords(rule.ports, rule.relation);
  const texts: Readonly<Record<Exclude<Rule['relation'], 'none'>, string>> = {
    single: `Traffic: ${transport} port ${words}.`,
    any: `Traffic: ${transport} port ${words}; one of them is enough.`,
    all: `Traffic: ${transport} ports ${words}; each of them is needed.`,
    range: `Traffic: ${transport}, one or more ports of ${words}.`,
    dynamic: `Traffic: ${transport}, a dynamic port that the RPC endpoint mapper (135) tells.`,
  };
  const setting = rule.setting as SettingName | null;
  const replaced = setting
    ? ` The setting ${setting} (${SETTINGS[setting].description}) replaces it.`
    : rule.relation === 'dynamic'
      ? ' The setting dynamic_rpc_range replaces the range of the operating system.'
      : '';
  const fixed = rule.configurable || setting || rule.relation === 'dynamic' ? '' : ' The port cannot be changed.';
  const os = rule.os
    ? ` Only for servers of Windows ${rule.os === 'before-2008' ? 'Server 2003 and older' : 'Vista, Server 2008 and later'}.`
    : '';
  return texts[rule.relation] + replaced + fixed + os;
}

function need(rule: Rule): string {
  const phase = rule.phase ? ` It is used during ${rule.phase} only.` : '';
  const condition = rule.condition ? ` Condition: ${rule.condition}.` : '';
  return `Need: ${rule.need}, it ${isAre(rule.need)}${NEED_IN_WORDS[rule.need]}.${condition}${phase}`;
}

const isAre = (value: Rule['need']): string => (value === 'optional' || value === 'nominal' ? 'is ' : '');

function related(rule: Rule, catalog: Catalog): string {
  const parts: string[] = [];
  if (rule.alternatives) {
    const others = catalog.rules
      .filter((r) => r.alternatives === rule.alternatives && r.id !== rule.id)
      .map((r) => r.id);
    if (others.length > 0)
      parts.push(`Stands in for ${others.join(', ')} and the other way round: one that works is enough.`);
  }
  if (rule.fallback.length > 0) parts.push(`If it fails, ${rule.fallback.join(' or ')} is used instead.`);
  if (rule.needs.length > 0) parts.push(`Needs ${rule.needs.join(', ')} as well.`);
  return parts.join(' ');
}

function history(rule: Rule): string {
  const parts: string[] = [];
  if (rule.since) parts.push(`Documented from ${rule.since} on.`);
  if (rule.until) parts.push(`History since ${rule.until}: ${rule.ended}.`);
  return parts.join(' ');
}

function sources(rule: Rule): string[] {
  if (rule.versions.length === 0) return [sourceLine(rule.source)];
  return rule.versions.map(({ version, source, recovered, page, changes }) => {
    const differs = Object.entries(changes).map(
      ([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : value}`,
    );
    const says = differs.length > 0 ? ` This version differs: ${differs.join('; ')}.` : '';
    const from = recovered && page ? ` Recovered from ${page}.` : '';
    return `Version ${version}. ${sourceLine(source)}${from}${says}`;
  });
}

function sourceLine({ document, date, section }: Rule['source']): string {
  return `Source: ${document}${date ? ` (${date})` : ''}, ${section}.`;
}
