import type { CompletedCommand, CompletedOption, Values } from './model.ts';

/** A script for zsh 5 or later with its completion system (compinit); it may be sourced, or lie in fpath as _pcapcheck. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef pcapcheck
# Completion of pcapcheck for zsh, made by: pcapcheck completion zsh

# A word, "=" and a file.
_pcapcheck_pairs() {
  if compset -P 1 '*='; then
    _files
  else
    compadd -S = -- "$@"
  fi
}

_pcapcheck_command() {
  _describe -t commands command commands
}

_pcapcheck_command_or_file() {
  _describe -t commands command commands
  _files
}

_pcapcheck() {
  local command=
  local -a commands
  while ((CURRENT > 2)); do
    case "$command $words[2]" in
      (${commands
        .filter(({ path }) => path.length > 0)
        .map((command) => quoted(nameOf(command)))
        .join('|')}) command="$command $words[2]" ;;
      (*) break ;;
    esac
    shift words
    ((CURRENT--))
  done
  case $command in
${commands.map(arguments_).join('\n')}
  esac
}

if [[ $funcstack[1] == _pcapcheck ]]; then
  _pcapcheck "$@"
else
  compdef _pcapcheck pcapcheck
fi
`;
}

const nameOf = ({ path }: CompletedCommand): string => path.map((word) => ` ${word}`).join('');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** In a description or a message, what ends it has to be escaped. */
const described = (text: string): string => text.replace(/[\\\]:]/g, '\\$&').replaceAll('[', '\\[');

function arguments_(command: CompletedCommand): string {
  const { commands, operands } = command;
  const named = commands.map(({ name, description }) => quoted(`${name}:${description}`)).join(' ');
  const first = operands.length > 0 ? '_pcapcheck_command_or_file' : '_pcapcheck_command';
  const specs = [
    ...command.options.map(optionSpec),
    ...(commands.length > 0 ? [quoted(`1: :${first}`)] : []),
    ...operands.map(({ name, variadic, ...values }, index) =>
      quoted(`${variadic ? '*' : index + 1}:${described(name)}:${actionOf(values)}`),
    ),
  ];
  return [
    `    (${quoted(nameOf(command))})`,
    ...(commands.length > 0 ? [`      commands=(${named})`] : []),
    `      _arguments -S ${specs.map((spec) => `\\\n        ${spec}`).join(' ')} ;;`,
  ].join('\n');
}

function optionSpec({ names, description, value }: CompletedOption): string {
  const help = `[${described(description)}]`;
  // A value may stand behind "=" of a long option and right behind a short one.
  const forms = names.map((name) => (value === null ? name : name.startsWith('--') ? `${name}=` : `${name}+`));
  const tail = value === null ? help : `${help}:${described(value.name)}:${actionOf(value)}`;
  return forms.map((form) => quoted(`*${form}${tail}`)).join(' ');
}

function actionOf({ words, paths }: Values): string {
  if (paths === 'pairs') return `_pcapcheck_pairs ${words.join(' ')}`;
  if (paths === 'files') return '_files';
  if (paths === 'folders') return '_files -/';
  return words.length > 0 ? `(${words.join(' ')})` : ' ';
}
