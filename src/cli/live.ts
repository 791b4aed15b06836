import { assess } from '../assess/assess.ts';
import { checkExceptionKinds } from '../assess/exception-kinds.ts';
import type { Report, Severity } from '../assess/types.ts';
import { STANDARD_INPUT } from '../capture/source.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { Catalog } from '../catalog/types.ts';
import { connectionLimit, fateLimit } from '../engine/memory.ts';
import { LiveError } from '../live/errors.ts';
import { liveEvidence } from '../live/evidence.ts';
import { LiveRun } from '../live/live-run.ts';
import { stepDown } from '../live/step-down.ts';
import { ToldFindings } from '../live/told-findings.ts';
import { FORMAT_NAMES, FORMATS } from '../report/formats.ts';
import { parseOutputSpecs, STANDARD_OUTPUT } from '../report/output-spec.ts';
import { useColor } from '../report/style.ts';
import { loadSite, type Site } from '../site/index.ts';
import { exitCode, hashOf, refuseToOverwrite, writeOutputs } from './check.ts';
import { today } from './day.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { printableMessage } from './failure.ts';
import { LiveConsole } from './live-console.ts';
import { chooseInterfaces } from './live-settings.ts';
import { printPieces, type Terminal } from './terminal.ts';

export interface LiveOptions {
  topology: string;
  interface?: string[];
  filter?: string;
  watch?: string;
  duration?: number;
  untilIdle?: number;
  write?: string;
  ring?: string[];
  snapLength: number;
  promiscuous: boolean;
  buffer: number;
  user?: string;
  ndjson?: boolean;
  output?: string[];
  failOn: Severity | 'never';
  maxFindings: number;
  maxMemory: number;
  quiet?: boolean;
  verbose?: boolean;
}

const TICK_MS = 1000;
/** The assessment may take this share of the time of the thread that merges. */
const ASSESS_SHARE = 0.2;

/** `pcapcheck live`: watches, tells what is certain, and ends with the report of everything. */
export async function liveCommand(
  source: string | undefined,
  options: LiveOptions,
  terminal: Terminal,
): Promise<number> {
  const outputs = parseOutputSpecs(options.output ?? [], FORMAT_NAMES);
  refuseToOverwrite(outputs, [options.topology]);
  if (source !== undefined && source !== STANDARD_INPUT)
    throw new LiveError(
      'bad-usage',
      'live reads "-" (standard input), interfaces (-i NAME) or a folder (--watch FOLDER); for files there is pcapcheck check.',
    );
  const site = await loadSite(options.topology);
  checkExceptionKinds(site);
  const catalog = loadCatalog();
  const topologySha256 = await hashOf(site.path);
  const interfaces = chooseInterfaces(options.interface ?? [], options.write, options.ring ?? []);
  if (interfaces.length === 0 && source === undefined && options.watch === undefined)
    throw new LiveError(
      'bad-usage',
      'Nothing to watch: add -i NAME ("pcapcheck interfaces" lists them), --watch FOLDER, or - for standard input.',
    );
  if (options.filter !== undefined && interfaces.length === 0)
    throw new LiveError(
      'bad-usage',
      '-f filters what is captured on an interface (-i); give the filter to the program that captures.',
    );
  const console = new LiveConsole(terminal, options);
  const run = new LiveRun(
    {
      interfaces,
      pipe: source === undefined ? null : terminal.stdin(),
      folder: options.watch ?? null,
      filter: options.filter ?? '',
      snapshotLength: options.snapLength,
      promiscuous: options.promiscuous,
      bufferBytes: options.buffer,
      limit: connectionLimit(options.maxMemory),
      fateLimit: fateLimit(options.maxMemory),
    },
    (note) => console.note(note),
  );
  try {
    await run.open();
    if (options.user !== undefined) stepDown(options.user);
    const session = new LiveSession(run, { site, catalog, topologySha256 }, console, options, terminal);
    const report = await session.run();
    await writeOutputs(report, outputs, { verbose: options.verbose ?? false, bom: false }, terminal);
    const takesStandardOutput = outputs.some(({ path }) => path === STANDARD_OUTPUT);
    if (!takesStandardOutput) await printReport(report, console, options, terminal);
    for (const failure of console.failures) terminal.err(`pcapcheck: ${printableMessage(new Error(failure))}\n`);
    if (console.failures.length > 0) return EXIT_FAILED;
    return exitCode(report, options, terminal);
  } finally {
    console.close();
    await run.close();
  }
}

async function printReport(
  report: Report,
  console: LiveConsole,
  options: LiveOptions,
  terminal: Terminal,
): Promise<void> {
  if (console.isLines) {
    console.report(report);
    return;
  }
  const look = {
    verbose: options.verbose ?? false,
    bom: false,
    width: terminal.stdout.columns,
    color: useColor(terminal.stdout, terminal.env),
  };
  const render = await FORMATS.terminal.load();
  printPieces(render(report, look), terminal);
}

/** What the run is held against. */
interface Expectations {
  site: Site;
  catalog: Catalog;
  topologySha256: string;
}

/** One run from its first packet to its report. */
class LiveSession {
  readonly #run: LiveRun;
  readonly #expectations: Expectations;
  readonly #console: LiveConsole;
  readonly #options: LiveOptions;
  readonly #terminal: Terminal;
  readonly #told = new ToldFindings();
  readonly #began = Date.now();
  #nextAssessment = 0;

  constructor(
    run: LiveRun,
    expectations: Expectations,
    console: LiveConsole,
    options: LiveOptions,
    terminal: Terminal,
  ) {
    this.#run = run;
    this.#expectations = expectations;
    this.#console = console;
    this.#options = options;
    this.#terminal = terminal;
  }

  async run(): Promise<Report> {
    let asked = 0;
    const stopListening = this.#terminal.onStop(() => {
      if (++asked === 1) this.#run.stop();
      else this.#console.impatient();
    });
    const timer = setInterval(() => this.#tick(), TICK_MS);
    this.#console.start(this.#run, this.#expectations.site.path);
    this.#run.go();
    try {
      await this.#run.done;
      return this.#assess().report;
    } finally {
      clearInterval(timer);
      stopListening();
      this.#console.close();
    }
  }

  #tick(): void {
    const now = Date.now();
    const { duration, untilIdle } = this.#options;
    if (duration !== undefined && now - this.#began >= duration * 1000) this.#run.stop();
    if (untilIdle !== undefined && now - Math.max(this.#run.lastPacketAt, this.#began) >= untilIdle * 1000)
      this.#run.stop();
    if (now >= this.#nextAssessment) {
      const { report, open } = this.#assess();
      this.#console.assessed(
        report,
        open,
        this.#told.next(report.findings, now / 1000, this.#run.bootsBefore),
        this.#told.standing(),
      );
      this.#nextAssessment = Date.now() + (Date.now() - now) / ASSESS_SHARE;
    }
    this.#console.tick(now);
  }

  #assess(): { report: Report; open: number } {
    const observation = this.#run.observe();
    const { site, catalog, topologySha256 } = this.#expectations;
    const evidence = liveEvidence(this.#run, observation, today());
    const report = assess({ ...evidence, topologySha256 }, site, catalog);
    return { report, open: observation.openConnections() };
  }
}
