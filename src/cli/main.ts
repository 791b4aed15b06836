import { existsSync } from 'node:fs';
import { Argument, Command, CommanderError } from 'commander';
import { nearest } from '../catalog/nearest.ts';
import { VERSION } from '../product.ts';
import { FIREWALL_FORMATS } from '../report/firewall/formats.ts';
import { FLOW_FORMAT_NAMES } from '../report/flows.ts';
import { FORMATS } from '../report/formats.ts';
import { printable } from '../report/printable.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { printableLines, sentenceOf } from './failure.ts';
import {
  addOptions,
  CATALOG_OPTIONS,
  CHECK_OPTIONS,
  DIFF_OPTIONS,
  DOCTOR_OPTIONS,
  EXCEPT_OPTIONS,
  FIREWALL_OPTIONS,
  FLOW_OPTIONS,
  INTERFACES_OPTIONS,
  LEARN_OPTIONS,
  LIVE_OPTIONS,
  PXE_OPTIONS,
  SHELLS,
} from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs the command line.
 * @param args without the program's name
 * @returns the exit code: 0 nothing to report, 1 findings, 2 the job could not be done
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = commandLine(terminal, (code) => {
    exitCode = code;
  });
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return EXIT_FAILED;
  }
  const meant = misspelledCommand(args[0], program);
  if (meant !== null) {
    terminal.err(`pcapcheck: unknown command '${printable(args[0])}', did you mean '${meant}'?\n`);
    return EXIT_FAILED;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_FAILED;
    const verbose = args.includes('--verbose') || args.includes('-v');
    terminal.err(`pcapcheck: ${sentenceOf(error, verbose)}\n`);
    return EXIT_FAILED;
  }
}

/**
 * The command that was probably meant by a first word that is none; null where it is one, or an option, or a capture: the default command
 * takes files, and would ask for the topology of a command with a slip of the pen.
 */
function misspelledCommand(word: string, program: Command): string | null {
  const names = program.commands.map((command) => command.name());
  if (!/^[a-z]+$/i.test(word) || names.includes(word) || word === 'help' || existsSync(word)) return null;
  return nearest(word, names) ?? null;
}

/** Columns of help: those of the terminal, else what COLUMNS says, else what every terminal has. */
function helpWidth({ stdout, env }: Terminal): number {
  return stdout.isTTY || env.COLUMNS !== undefined ? stdout.columns : 80;
}
/** Descriptions wrap in their column as long as it has room for so many letters. */
const NARROWEST_DESCRIPTION = 24;

/** All commands with their options. They load what they need when they run: `--version` needs nothing. */
export function commandLine(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('pcapcheck')
    .description(
      'Holds packet captures of Windows networks against the ports that Microsoft documents: what is blocked, what nobody expected.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out(text),
      writeErr: (text) => terminal.err(printableLines(text)),
      getOutHelpWidth: () => helpWidth(terminal),
      getErrHelpWidth: () => helpWidth(terminal),
    })
    .configureHelp({ minWidthToWrap: NARROWEST_DESCRIPTION })
    .showSuggestionAfterError()
    .enablePositionalOptions();

  const check = program
    .command('check', { isDefault: true })
    .description('check captures against a topology (the default command)');
  addOptions(check, CHECK_OPTIONS)
    .argument(
      '<capture...>',
      'captures of any kind, compressed too; - reads standard input; several files are one series',
    )
    .addHelpText('after', `\nFormats of --format and --output:\n${listOf(FORMATS)}`)
    .action(async (captures, options) => {
      const { checkCommand } = await import('./check.ts');
      exit(await checkCommand(captures, options, terminal));
    });

  const flows = program
    .command('flows')
    .description(`print the connections of captures (${FLOW_FORMAT_NAMES.join(', ')})`);
  addOptions(flows, FLOW_OPTIONS)
    .argument('<capture...>', 'captures of any kind, compressed too; - reads standard input')
    .action(async (captures, options) => {
      const { flowsCommand } = await import('./flows.ts');
      exit(await flowsCommand(captures, options, terminal));
    });

  const pxe = program
    .command('pxe')
    .description('print the network boots of captures, or one of them message by message');
  addOptions(pxe, PXE_OPTIONS)
    .argument('<capture...>', 'captures of any kind, compressed too; - reads standard input')
    .action(async (captures, options) => {
      const { pxeCommand } = await import('./pxe.ts');
      exit(await pxeCommand(captures, options, terminal));
    });

  const learn = program.command('learn').description('propose a topology from captures, with the reason for each role');
  addOptions(learn, LEARN_OPTIONS)
    .argument('<capture...>', 'captures of any kind, compressed too; - reads standard input')
    .action(async (captures, options) => {
      const { learnCommand } = await import('./learn.ts');
      exit(await learnCommand(captures, options, terminal));
    });

  const diff = program
    .command('diff')
    .description('compare two reports: what is new, fixed, unchanged, no longer seen');
  addOptions(diff, DIFF_OPTIONS)
    .argument('<before>', 'the earlier report, as --output json=before.json writes it')
    .argument('<after>', 'the later one')
    .action(async (before, after, options) => {
      const { diffCommand } = await import('./diff.ts');
      exit(await diffCommand(before, after, options, terminal));
    });

  const firewall = program
    .command('firewall')
    .description('print the firewall rules for what is blocked and required, or for a whole topology');
  addOptions(firewall, FIREWALL_OPTIONS)
    .argument('[capture...]', 'pcap or pcapng files, gzip too; - reads standard input; none with --all')
    .addHelpText('after', `\nFormats:\n${listOf(FIREWALL_FORMATS)}`)
    .action(async (captures, options) => {
      const { firewallCommand } = await import('./firewall.ts');
      exit(await firewallCommand(captures, options, terminal));
    });

  const except = program.command('except').description('print the block of the topology that accepts a finding');
  addOptions(except, EXCEPT_OPTIONS)
    .argument('<fingerprint>', 'as reports show it (Id), or its first digits')
    .argument('<file...>', 'a report in JSON, or captures')
    .action(async (fingerprint, files, options) => {
      const { exceptCommand } = await import('./except.ts');
      exit(await exceptCommand(fingerprint, files, options, terminal));
    });

  const live = program
    .command('live')
    .description('watch an interface, a folder of captures or standard input as it happens');
  addOptions(live, LIVE_OPTIONS)
    .argument('[-]', 'read from standard input what tcpdump -U -w - writes')
    .action(async (source, options) => {
      const { liveCommand } = await import('./live.ts');
      exit(await liveCommand(source, options, terminal));
    });

  const interfaces = program.command('interfaces').description('list the interfaces that live can capture on');
  addOptions(interfaces, INTERFACES_OPTIONS).action(async (options) => {
    const { interfacesCommand } = await import('./interfaces.ts');
    exit(interfacesCommand(options, terminal));
  });

  addTopology(program, terminal, exit);
  addCatalog(program, terminal, exit);

  program
    .command('explain')
    .description('print what a kind of finding, a rule or another word of the reports means')
    .argument('[word...]', 'such as blocked-required, cm.mp-sql.sql or no answer; without it, all of them are listed')
    .action(async (words) => {
      const { explainCommand } = await import('./explain.ts');
      exit(explainCommand(words, (text) => void terminal.out(text), terminal.err));
    });

  const doctor = program
    .command('doctor')
    .description('say what this machine can do, and what to do about what it lacks');
  addOptions(doctor, DOCTOR_OPTIONS).action(async (options) => {
    const { doctorCommand } = await import('./doctor.ts');
    exit(await doctorCommand(options, terminal));
  });

  program
    .command('completion')
    .description('print the script by which a shell completes commands, options and values')
    .addArgument(new Argument('<shell>', 'docs/completion.md has the line that installs it').choices(SHELLS))
    .action(async (shell) => {
      const { completionCommand } = await import('./completion.ts');
      exit(completionCommand(shell, program, check, terminal));
    });
  inherit(program);
  return program;
}

/** Commander does not hand these on to commands made before. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command
      .exitOverride()
      .configureOutput(parent.configureOutput())
      .configureHelp(parent.configureHelp())
      .showSuggestionAfterError();
    inherit(command);
  }
}

function listOf(formats: Readonly<Record<string, { description: string }>>): string {
  const width = Math.max(...Object.keys(formats).map((name) => name.length));
  return Object.entries(formats)
    .map(([name, { description }]) => `  ${name.padEnd(width)} ${description}`)
    .join('\n');
}

function addTopology(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const out = (text: string): void => void terminal.out(text);
  const topology = program.command('topology').description('check a topology file, or make one');
  topology
    .command('check')
    .description('say whether a topology is sound, and what applies to it')
    .argument('<file>', 'the topology, site.yaml')
    .action(async (file) => {
      const { runTopologyCheck } = await import('./topology.ts');
      exit(await runTopologyCheck(file, out, terminal.err));
    });
  topology
    .command('import')
    .description(
      'make a topology of a table of hosts: name, address, role (Get-CMSiteRole | Export-Csv, a spreadsheet)',
    )
    .argument('<file>', 'CSV with a line of titles')
    .action(async (file) => {
      const { runTopologyImport } = await import('./topology.ts');
      exit(await runTopologyImport(file, out, terminal.err));
    });
  topology
    .command('schema')
    .description('print the JSON Schema of the topology, for editors')
    .action(async () => {
      const { runTopologySchema } = await import('./topology.ts');
      exit(runTopologySchema(out));
    });
  topology
    .command('init')
    .description('print a commented example to start from')
    .action(async () => {
      const { runTopologyInit } = await import('./topology.ts');
      exit(runTopologyInit(out));
    });
}

function addCatalog(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const out = (text: string): void => void terminal.out(text);
  const catalog = program.command('catalog').description('list the documented rules, or explain one');
  addOptions(catalog, CATALOG_OPTIONS).action(async (options) => {
    const { runCatalog } = await import('./catalog.ts');
    exit(runCatalog(options, out, terminal.err));
  });
  catalog
    .command('explain')
    .description('tell one rule in prose')
    .argument('<rule>', 'its id, such as cm.mp-sql.sql')
    .action(async (rule) => {
      const { runCatalogExplain } = await import('./catalog.ts');
      exit(runCatalogExplain(rule, out, terminal.err));
    });
}
