/** The command line as completion needs it, read off the commands and options that help is made from. */
import type { Command, Option } from 'commander';
import { KINDS } from '../../assess/kinds.ts';
import { CATALOG_NAMES, loadCatalog, ROLES } from '../../catalog/index.ts';
import { FORMAT_NAMES } from '../../report/formats.ts';
import { NEEDS } from '../catalog.ts';

/** What can stand in one place: words, files or folders; `pairs` are a word, "=" and a file; nothing of it is free text. */
export interface Values {
  words: readonly string[];
  paths: 'none' | 'files' | 'folders' | 'pairs';
}

export interface CompletedOption {
  /** Such as -f and --format. */
  names: readonly string[];
  description: string;
  /** Null where it takes no value. */
  value: ({ name: string } & Values) | null;
}

export interface CompletedCommand {
  /** Its words behind the program's name; none for the program itself. */
  path: readonly string[];
  options: readonly CompletedOption[];
  commands: readonly { name: string; description: string }[];
  operands: readonly ({ name: string; variadic: boolean } & Values)[];
}

const FREE: Values = { words: [], paths: 'none' };
const FILES: Values = { words: [], paths: 'files' };

/** By the name of the value or the argument in the help; what is not listed is free text. */
const VALUES: Readonly<Record<string, () => Values>> = {
  file: () => FILES,
  path: () => FILES,
  capture: () => FILES,
  before: () => FILES,
  after: () => FILES,
  folder: () => ({ words: [], paths: 'folders' }),
  '-': () => wordsOf(['-']),
  word: () => wordsOf(KINDS.map(({ meta }) => meta.id)),
  role: () => wordsOf(ROLES.map(({ id }) => id)),
  rule: () => wordsOf(loadCatalog().rules.map(({ id }) => id)),
  catalog: () => wordsOf(CATALOG_NAMES),
  need: () => wordsOf(NEEDS),
  zone: () => wordsOf(['local', 'utc']),
};

const wordsOf = (words: readonly string[]): Values => ({ words, paths: 'none' });

/** Every command, the program itself first. @param byDefault the command that a line without a command's name is for */
export function commandsOf(program: Command, byDefault: Command): CompletedCommand[] {
  const names = program.createHelp().visibleCommands(program);
  const own = commandOf(program, []);
  const { options, operands } = commandOf(byDefault, []);
  const known = new Set(options.flatMap((option) => option.names));
  const help = { name: 'command', variadic: false, ...wordsOf(program.commands.map((command) => command.name())) };
  return [
    {
      path: [],
      options: [...options, ...own.options.filter((option) => !option.names.some((name) => known.has(name)))],
      commands: names.map((command) => ({ name: command.name(), description: command.description() })),
      operands,
    },
    ...program.commands.flatMap((command) => withNested(command, [])),
    { path: ['help'], options: [], commands: [], operands: [help] },
  ];
}

function withNested(command: Command, above: readonly string[]): CompletedCommand[] {
  const path = [...above, command.name()];
  return [commandOf(command, path), ...command.commands.flatMap((nested) => withNested(nested, path))];
}

function commandOf(command: Command, path: readonly string[]): CompletedCommand {
  const options = command.createHelp().visibleOptions(command);
  const formats = options.find(({ long }) => long === '--format')?.argChoices ?? FORMAT_NAMES;
  return {
    path,
    options: options.map((option) => completedOption(option, formats)),
    commands: command.commands.map((nested) => ({ name: nested.name(), description: nested.description() })),
    operands: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      ...valuesOf(argument.name(), argument.argChoices),
    })),
  };
}

function completedOption(option: Option, formats: readonly string[]): CompletedOption {
  const names = [option.short, option.long].filter((name) => name != null);
  const name = /[<[](.+?)[>\]]/.exec(option.flags)?.[1];
  if (name === undefined) return { names, description: option.description, value: null };
  const values: Values =
    name === 'format=path' ? { words: formats, paths: 'pairs' } : valuesOf(name, option.argChoices);
  return { names, description: option.description, value: { name, ...values } };
}

const valuesOf = (name: string, choices: readonly string[] | undefined): Values =>
  choices === undefined ? (VALUES[name]?.() ?? FREE) : wordsOf(choices);
