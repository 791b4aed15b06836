/**
 * The report as JUnit XML in the shape that Jenkins reads (jenkins-junit.xsd), and GitLab, Azure DevOps and others with it. A suite for the
 * rules: those that work pass, those that nothing is known of are skipped. A suite for each kind of finding: each finding fails, but for
 * information and what an exception covers, which are skipped. Where nothing could be judged there is an error.
 */
import type { ExceptedFinding, Report, ReportedFinding, RuleReport } from '../assess/types.ts';
import { ends } from './ends.ts';
import { findingText } from './finding-text.ts';
import { kindLabel, SEVERITY_LABELS } from './labels.ts';
import { nothingJudged } from './nothing-judged.ts';
import { portLabel } from './port-label.ts';
import { printable } from './printable.ts';
import { count, span } from './quantity.ts';

interface Case {
  name: string;
  classname: string;
  /** Null: it passes. */
  skipped: string | null;
  failure: { type: string; message: string; text: string } | null;
  /** Why nothing could be tested at all. */
  error?: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

export function* renderJunit(report: Report): Generator<string> {
  const suites = [...topologySuite(report), ...ruleSuite(report), ...findingSuites(report)];
  const cases = suites.flatMap((suite) => suite.cases);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites name="pcapcheck" tests="${cases.length}" failures="${failuresOf(cases)}" errors="${errorsOf(cases)}" time="0">\n`;
  for (const [index, suite] of suites.entries()) yield* suiteText(suite, index, report);
  yield '</testsuites>\n';
}

function* suiteText({ name, cases }: Suite, index: number, report: Report): Generator<string> {
  const { captures } = report;
  const first = captures.flatMap((capture) => capture.first ?? []).sort()[0];
  const timestamp = first === undefined ? '' : ` timestamp="${attribute(first.slice(0, 19))}"`;
  const skipped = cases.filter((one) => one.skipped !== null).length;
  yield `  <testsuite name="${attribute(name)}" id="${index}" package="pcapcheck"${timestamp} hostname="localhost" tests="${cases.length}" failures="${failuresOf(cases)}" errors="${errorsOf(cases)}" skipped="${skipped}" time="0">\n`;
  yield '    <properties>\n';
  for (const [key, value] of propertiesOf(report))
    yield `      <property name="${key}" value="${attribute(value)}"/>\n`;
  yield '    </properties>\n';
  for (const one of cases) yield caseText(one);
  if (index === 0) yield* logText(report);
  yield '  </testsuite>\n';
}

/** What the report was made of. */
function propertiesOf({ tool, captures, topology, exceptions_date: day }: Report): [string, string][] {
  return [
    ['tool', `${tool.name} ${tool.version}`],
    ...captures.flatMap(({ path, first, last }): [string, string][] => [
      ['capture', path],
      ['capture.time', span(first, last)],
    ]),
    ...(topology === null ? [] : [['topology', topology.path] satisfies [string, string]]),
    ...(topology?.name ? [['topology.name', topology.name] satisfies [string, string]] : []),
    ...(day === null ? [] : [['exceptions.date', day] satisfies [string, string]]),
  ];
}

/** What no test case has a place for: what could not be shown, and what is wrong with the captures. Once, with the first suite. */
function* logText({ undecided, captures }: Report): Generator<string> {
  const open = undecided.map(({ reason, count: amount, examples }) => {
    return `${count(amount)} x ${reason}${examples.length === 0 ? '' : `, for example ${examples.join('; ')}`}`;
  });
  const problems = captures.flatMap(({ path, problems: told }) => told.map((problem) => `${path}: ${problem}`));
  if (open.length > 0) {
    const lines = ['What the capture could not show:', ...open].map(printable).join('\n');
    yield `    <system-out>${content(lines)}</system-out>\n`;
  }
  if (problems.length > 0) yield `    <system-err>${content(problems.map(printable).join('\n'))}</system-err>\n`;
}

function caseText({ name, classname, skipped, failure, error }: Case): string {
  const head = `    <testcase name="${attribute(name)}" classname="${attribute(classname)}" time="0"`;
  if (error !== undefined)
    return `${head}>\n      <error type="nothing-judged" message="${attribute(error)}">${content(error)}</error>\n    </testcase>\n`;
  if (skipped !== null) return `${head}>\n      <skipped>${content(skipped)}</skipped>\n    </testcase>\n`;
  if (failure === null) return `${head}/>\n`;
  const { type, message, text } = failure;
  return `${head}>\n      <failure type="${attribute(type)}" message="${attribute(message)}">${content(text)}</failure>\n    </testcase>\n`;
}

const failuresOf = (cases: readonly Case[]): number => cases.filter(({ failure }) => failure !== null).length;

const errorsOf = (cases: readonly Case[]): number => cases.filter(({ error }) => error !== undefined).length;

/** Without it a run that judged nothing would look like one in which nothing failed. */
function topologySuite(report: Report): Suite[] {
  const error = nothingJudged(report);
  if (error === null) return [];
  const name = 'the capture shows connections that the topology speaks of';
  return [{ name: 'topology', cases: [{ name, classname: 'topology', skipped: null, failure: null, error }] }];
}

function ruleSuite({ rules }: Report): Suite[] {
  const cases = rules.filter(({ state }) => state !== 'not-applicable').flatMap((rule) => ruleCase(rule));
  return cases.length === 0 ? [] : [{ name: 'rules', cases }];
}

/** Rules that are blocked fail by their findings, which say who and how. */
function ruleCase({ id, state, reason, from, to, proto, ports }: RuleReport): Case[] {
  const name = `${from} -> ${to} ${[proto, ports.join(', ')].filter(Boolean).join(' ')} [${id}]`;
  const passed = { name, classname: 'rules', skipped: null, failure: null };
  if (state === 'works') return [passed];
  if (state === 'not-seen') return [{ ...passed, skipped: reason ?? 'not seen in this capture' }];
  if (state === 'undecided') return [{ ...passed, skipped: `undecided: ${reason ?? 'the capture cannot tell'}` }];
  return [];
}

function findingSuites({ findings, excepted, exceptions }: Report): Suite[] {
  const suites = new Map<string, Case[]>();
  for (const finding of [...findings, ...excepted]) {
    const cases = suites.get(finding.kind) ?? [];
    suites.set(finding.kind, cases);
    cases.push(findingCase(finding, skippedFor(finding, exceptions)));
  }
  return [...suites].map(([kind, cases]) => ({ name: kindLabel(kind).heading, cases }));
}

/** Why a finding is no failure; null where it is one. */
function skippedFor(finding: ReportedFinding | ExceptedFinding, exceptions: Report['exceptions']): string | null {
  if ('exception' in finding) {
    const exception = exceptions.find(({ id }) => id === finding.exception);
    const until = exception?.expires == null ? '' : `, until ${exception.expires}`;
    return `excepted by ${finding.exception}: ${exception?.reason ?? ''} (${exception?.owner ?? ''}${until})`;
  }
  return finding.severity === 'info' ? finding.message : null;
}

function findingCase(finding: ReportedFinding, skipped: string | null): Case {
  const { kind, severity, message, remedy, fingerprint, rule, proto, dest_port, frames, capture, display_filter } =
    finding;
  const where = [ends(finding), portLabel(proto, dest_port)].filter(Boolean).join(' ');
  const told = findingText(finding);
  const evidence = [
    told,
    `Fix: ${remedy}`,
    rule.length === 0 ? '' : `Rule: ${rule.join(', ')}`,
    frames.length === 0 ? '' : `Frames: ${frames.join(', ')} of ${capture}`,
    display_filter === null ? '' : `Filter: ${display_filter}`,
    `Id: ${fingerprint}`,
  ].filter((line) => line !== '');
  const failure = {
    type: `${kind} ${SEVERITY_LABELS[severity].label}`,
    message: told,
    text: evidence.map(printable).join('\n'),
  };
  return {
    name: `${where === '' ? message : where} [${fingerprint}]`,
    classname: kind,
    skipped,
    failure: skipped === null ? failure : null,
  };
}

/** What XML 1.0 has no way to write, and two that end markup early. */
const IMPOSSIBLE = /[\ufffe\uffff]/g;
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

/** The value of an attribute: one line. */
function attribute(text: string): string {
  return referenced(printable(text));
}

/** Text that is printable already, its line breaks kept. */
function content(text: string): string {
  return text
    .split('\n')
    .map((line) => referenced(printable(line)))
    .join('\n');
}

function referenced(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"'\n]/g, (character) => REFERENCES[character]);
}
