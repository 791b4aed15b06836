/** The report that a person reads: the verdict first, then what to do, then how far to trust it. */
import type { Report } from '../assess/types.ts';
import { printableData } from './printable.ts';
import { painter } from './style.ts';
import type { Page, TerminalOptions } from './terminal/block.ts';
import { exceptionSection } from './terminal/exceptions.ts';
import { findingSections } from './terminal/findings.ts';
import { firewallLogSection } from './terminal/firewall-logs.ts';
import { glanceSection } from './terminal/glance.ts';
import { coverageSection, inputSection, undecidedSection } from './terminal/limits.ts';
import { matrixSection } from './terminal/matrix.ts';
import { pxeSection } from './terminal/pxe.ts';
import { rpcSection } from './terminal/rpc.ts';
import { ruleSection } from './terminal/rules.ts';
import { verdictLines } from './terminal/verdict.ts';

export type { TerminalOptions } from './terminal/block.ts';

const LEAST_WIDTH = 40;

/** From top to bottom. */
const SECTIONS = [
  verdictLines,
  glanceSection,
  findingSections,
  exceptionSection,
  pxeSection,
  rpcSection,
  matrixSection,
  ruleSection,
  undecidedSection,
  firewallLogSection,
  coverageSection,
  inputSection,
] as const;

/** The whole report as text. No line is wider than `width`, and nothing in it is obeyed by a terminal but our colours. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const page: Page = {
    width: Math.max(LEAST_WIDTH, options.width),
    verbose: options.verbose,
    paint: painter(options.color),
  };
  // No section lists endpoints and pairs, and there may be very many; that there is an endpoint tells that the topology is of this network.
  const safe = printableData({ ...report, endpoints: report.endpoints.slice(0, 1), pairs: [] });
  return `${SECTIONS.flatMap((lines) => lines(safe, page)).join('\n')}\n`;
}
