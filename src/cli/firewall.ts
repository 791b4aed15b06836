import { assess } from '../assess/assess.ts';
import { checkExceptionKinds } from '../assess/exception-kinds.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { OpenNeed } from '../openings/from-topology.ts';
import { openingsOfReport, openingsOfTopology } from '../openings/openings.ts';
import type { Openings } from '../openings/types.ts';
import { FIREWALL_FORMAT_NAMES, FIREWALL_FORMATS, type FirewallFormatName } from '../report/firewall/formats.ts';
import { failsLaterText } from '../report/firewall/words.ts';
import { writeWhole } from '../report/output-file.ts';
import { type OutputSpec, placesOf, STANDARD_OUTPUT } from '../report/output-spec.ts';
import { printable } from '../report/printable.ts';
import { loadSite } from '../site/index.ts';
import { evidenceOf, refuseToOverwrite } from './check.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { type FirewallLogOptions, heedFirewallLogs, readFirewallLogs } from './firewall-logs.ts';
import { tellNothingJudged } from './nothing-judged.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface FirewallCommandOptions extends FirewallLogOptions {
  topology: string;
  format?: FirewallFormatName;
  output?: string[];
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
  const outputs = placesOf(options, FIREWALL_FORMAT_NAMES, 'markdown');
  refuseToOverwrite(outputs, [...captures, options.topology, ...(options.firewallLog ?? [])]);
  const wrong = contradiction(captures, options, outputs);
  if (wrong !== null) {
    terminal.err(`pcapcheck: ${wrong}\n`);
    return EXIT_FAILED;
  }
  const openings = await openingsOf(captures, options, terminal);
  if (openings === null) return EXIT_FAILED;
  const remarks = new Set<string>();
  for (const { format, path } of outputs) {
    const { text, untold } = await FIREWALL_FORMATS[format].render(openings, {
      remove: options.remove ?? false,
      bom: options.bom ?? false,
    });
    if (path === STANDARD_OUTPUT) terminal.out(text);
    else await writeWhole(path, async (write) => write(text));
    for (const remark of format === 'markdown' ? untold : [...untold, ...notMended(openings)]) remarks.add(remark);
  }
  if (!options.quiet) {
    for (const remark of remarks) terminal.err(`pcapcheck: ${printable(remark)}\n`);
    if (openings.openings.length === 0) terminal.err('pcapcheck: nothing has to be opened\n');
  }
  return EXIT_CLEAN;
}

/** What only Markdown has room for. */
const notMended = ({ failsLater, leftOut }: Openings): string[] =>
  [...failsLater.map(failsLaterText), ...leftOut].map((sentence) => `not mended by opening a port: ${sentence}`);

/** A sentence where the options make no sense together, or null. */
function contradiction(
  captures: readonly string[],
  { all, need, wholeRoles, remove, firewallLog }: FirewallCommandOptions,
  outputs: readonly OutputSpec<FirewallFormatName>[],
): string | null {
  if (all && captures.length > 0) return '--all is about the whole topology and takes no capture';
  if (!all && captures.length === 0) return 'name a capture, or add --all for the whole topology';
  if (!all && need !== undefined) return '--need belongs to --all; without it, the rules that were blocked are opened';
  if (all && wholeRoles) return '--whole-roles belongs to captures; --all opens whole roles anyway';
  if (all && firewallLog !== undefined) return '--firewall-log belongs to captures, and --all takes none';
  const endless = remove ? outputs.find(({ format }) => !FIREWALL_FORMATS[format].removes) : undefined;
  if (endless !== undefined) return `--remove has no script for ${endless.format}`;
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
