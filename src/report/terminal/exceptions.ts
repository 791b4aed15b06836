/** What the topology excepts, apart from the findings: what is covered, by whom and until when; what has expired; what is not needed. */
import type { ExceptedFinding, ExceptionReport, Report } from '../../assess/types.ts';
import { ends } from '../ends.ts';
import { findingAmount } from '../finding-amount.ts';
import { kindLabel, outcomeLabel } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { counted } from '../quantity.ts';
import { limited, type Page, paragraph, section } from './block.ts';

const MOST_FINDINGS = 5;

export function exceptionSection(report: Report, page: Page): string[] {
  const { exceptions, excepted, exceptions_date: day } = report;
  const byDay = day === null ? '' : `; expiry dates judged by ${day}`;
  return section(page, `EXCEPTED: findings that the topology accepts (${findingAmount(excepted)}${byDay})`, [
    ...exceptions
      .filter(({ state }) => state === 'used')
      .flatMap((exception) => [
        ...paragraph(page, headOf(exception), 2, 'strong', 2),
        ...paragraph(page, exception.reason, 4),
        ...limited(
          page,
          excepted.filter((finding) => finding.exception === exception.id),
          MOST_FINDINGS,
          (finding) => paragraph(page, briefly(finding), 4, null, 2),
        ),
      ]),
    ...exceptions.filter(({ state }) => state === 'expired').flatMap((exception) => expired(exception, page)),
    ...exceptions.filter(({ state }) => state === 'unused').flatMap((exception) => unused(exception, page)),
  ]);
}

/** `printer-scan: Ann Weber, CHG-1234, until 2026-12-31` */
export function headOf({ id, owner, ticket, expires }: ExceptionReport): string {
  return `${id}: ${[owner, ticket, expires === null ? 'for good' : `until ${expires}`].filter((fact) => fact !== null).join(', ')}`;
}

function briefly(finding: ExceptedFinding): string {
  const { kind, outcome, proto, dest_port, message, fingerprint } = finding;
  const facts = [ends(finding), portLabel(proto, dest_port), outcome === null ? '' : outcomeLabel(kind, outcome)];
  const text = ends(finding) === '' ? message : facts.filter(Boolean).join('  ');
  return `${kindLabel(kind).word}  ${text}  [${fingerprint}]`;
}

function expired({ id, owner, expires, findings }: ExceptionReport, page: Page): string[] {
  const told = findings === 0 ? 'it would cover nothing' : `${counted(findings, 'finding')} told again above`;
  return paragraph(page, `expired: ${id} (${owner}) held until ${expires}; ${told}`, 2, 'warn', 2);
}

function unused({ id, owner, topology_line: line }: ExceptionReport, page: Page): string[] {
  const place = line === null ? '' : `, line ${line}`;
  return paragraph(page, `unused: ${id} (${owner}${place}) covers no finding of this capture`, 2, 'dim', 2);
}
