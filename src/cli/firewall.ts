import { assess } from '../assess/assess.ts';
import { checkExceptionKinds } from '../assess/exception-kinds.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { OpenNeed } from '../openings/from-topology.ts';
import { openingsOfReport, openingsOfTopology } from '../openings/openings.ts';
import type { Openings } from '../openings/types.ts';
import { FIREWALL_FORMATS, type FirewallFormatName } from '../report/firewall/formats.ts';
import { failsLaterText } from '../report/firewall/words.ts';
import { printable } from '../report/printable.ts';
import { loadSite } from '../site/index.ts';
import { evidenceOf } from './check.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { type FirewallLogOptions, heedFirewallLogs, readFirewallLogs } from './firewall-logs.ts';
import { tellNothingJudged } from './nothing-judged.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface FirewallCommandOptions extends FirewallLogOptions {
  topology: string;
  format: FirewallFormatName;
  all?: boolean;
  need?: OpenNeed;
  wholeRoles?: boolean;
  remove?: boolean;
  bom?: boolean;
  date?: string;
  workers?: number;
  maxMemory?: number;
  quiet?: boolean;
}

/** `pcapcheck firewall`: the rules to open for what is blocked and required, or for a whole topology. */
export async function firewallCommand(
  captures: readonly string[],
  options: FirewallCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const wrong = contradiction(captures, options);
  if (wrong !== null) {
    terminal.err(`pcapcheck: ${wrong}\n`);
    return EXIT_FAILED;
  }
  const openings = await openingsOf(captures, options, terminal);
  if (openings === null) return EXIT_FAILED;
  const format = FIREWALL_FORMATS[options.format];
  const { text, untold } = await format.render(openings, {
    remove: options.remove ?? false,
    bom: options.bom ?? false,
  });
  terminal.out(text);
  if (!options.quiet) {
    const others = [...openings.failsLater.map(failsLaterText), ...openings.leftOut];
    const remarks = options.format === 'markdown' ? untold : [...untold, ...others.map(notMended)];
    for (const remark of new Set(remarks)) terminal.err(`pcapcheck: ${printable(remark)}\n`);
    if (openings.openings.length === 0) terminal.err('pcapcheck: nothing has to be opened\n');
  }
  return EXIT_CLEAN;
}

const notMended = (sentence: string): string => `not mended by opening a port: ${sentence}`;

/** A sentence where the options make no sense together, or null. */
function contradiction(captures: readonly string[], options: FirewallCommandOptions): string | null {
  const { all, need, wholeRoles, remove, format, firewallLog } = options;
  if (all && captures.length > 0) return '--all is about the whole topology and takes no capture';
  if (!all && captures.length === 0) return 'name a capture, or add --all for the whole topology';
  if (!all && need !== undefined) return '--need belongs to --all; without it, the rules that were blocked are opened';
  if (all && wholeRoles) return '--whole-roles belongs to captures; --all opens whole roles anyway';
  if (all && firewallLog !== undefined) return '--firewall-log belongs to captures, and --all takes none';
  if (remove && !FIREWALL_FORMATS[format].removes) return `--remove has no script for ${format}`;
  return null;
}

/** Null where nothing of the captures could be judged: no rules would look like none that are needed. */
async function openingsOf(
  captures: readonly string[],
  options: FirewallCommandOptions,
  terminal: Terminal,
): Promise<Openings | null> {
  const site = await loadSite(options.topology);
  checkExceptionKinds(site);
  const catalog = loadCatalog();
  if (options.all) return openingsOfTopology(site, catalog, options.need ?? 'required');
  const logs = await readFirewallLogs(options);
  const analysis = await readCaptures(captures, options, terminal);
  const firewallLogs = heedFirewallLogs(analysis, logs);
  const report = assess({ ...evidenceOf(analysis, options.date), firewallLogs }, site, catalog);
  if (tellNothingJudged(report, terminal)) return null;
  return openingsOfReport(report, site, catalog, options.wholeRoles ?? false);
}
