import type { CompletedCommand, Values } from './model.ts';

/**
 * A script for bash 4 or later; it needs nothing else. Readline cuts words at "=" and ":" too (COMP_WORDBREAKS): the function puts them
 * together, and answers with what belongs behind the last cut.
 */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of pcapcheck for bash, made by: pcapcheck completion bash
_pcapcheck() {
  local index part current previous lead= command= first=1 count=0 words=() wordbreaks=$COMP_WORDBREAKS
  for ((index = 0; index <= COMP_CWORD; index++)); do
    part=\${COMP_WORDS[index]}
    if ((index > 1)) && [[ $part =~ ^[=:]+$ || \${COMP_WORDS[index - 1]} =~ ^[=:]+$ ]]; then
      words[\${#words[@]} - 1]+=$part
    else
      words+=("$part")
    fi
  done
  local last=$((\${#words[@]} - 1))
  current=\${words[last]} previous=\${words[last - 1]}
  if [[ $current == --*=* ]]; then
    lead=\${current%%=*}= previous=\${current%%=*} current=\${current#*=}
  fi
  for ((first = 1; first < last; first++)); do
    case "$command \${words[first]}" in
      ${alternatives(commands.filter(({ path }) => path.length > 0).map(({ path }) => ` ${path.join(' ')}`))}) command="$command \${words[first]}" ;;
      *) break ;;
    esac
  done
  COMPREPLY=()
  if ((last > first)) || [[ $lead ]]; then
    case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
    esac
  fi
  if [[ $current == -* && ! $lead ]]; then
    case $command in
${commands.map((command) => `      ${quoted(nameOf(command))}) _pcapcheck_words ${quoted(command.options.flatMap(({ names }) => names).join(' '))} ;;`).join('\n')}
    esac
    return
  fi
  for ((index = first; index < last; index++)); do
    case "$command \${words[index]}" in
      ${alternatives(commands.flatMap((command) => withValue(command).flatMap(({ names }) => names.map((name) => `${nameOf(command)} ${name}`))))}) ((index++)) ;;
      *\\ -?*) ;;
      *) ((count++)) ;;
    esac
  done
  case "$command:$count" in
${commands.flatMap(operandCases).join('\n')}
  esac
}

# Of these words, those that begin as the current one.
_pcapcheck_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$current"))
  _pcapcheck_led
}

# Files, or folders only: -f or -d.
_pcapcheck_paths() {
  local IFS=$'\\n'
  compopt -o filenames
  COMPREPLY+=($(compgen "$1" -- "$current"))
  _pcapcheck_led
}

# A word, "=" and a file.
_pcapcheck_pairs() {
  if [[ $current == *=* ]]; then
    lead+=\${current%%=*}= current=\${current#*=}
    _pcapcheck_paths -f
  else
    compopt -o nospace
    COMPREPLY+=($(compgen -W "$1" -S = -- "$current"))
    _pcapcheck_led
  fi
}

# Where readline does not cut at "=", the answer begins with what stands before it.
_pcapcheck_led() {
  [[ $wordbreaks == *=* ]] || COMPREPLY=("\${COMPREPLY[@]/#/$lead}")
}

complete -F _pcapcheck pcapcheck
`;
}

const nameOf = ({ path }: CompletedCommand): string => path.map((word) => ` ${word}`).join('');
const withValue = ({ options }: CompletedCommand) => options.filter(({ value }) => value !== null);

/** Words of ours hold nothing that single quotes do not hold. */
const quoted = (text: string): string => `'${text}'`;
const alternatives = (texts: readonly string[]): string => texts.map(quoted).join('|');

function valueCases(command: CompletedCommand): string[] {
  return withValue(command).map(({ names, value }) => {
    const patterns = alternatives(names.map((name) => `${nameOf(command)} ${name}`));
    return `      ${patterns}) ${completed(value!)}return ;;`;
  });
}

function operandCases(command: CompletedCommand): string[] {
  const cases = command.operands.map((operand, index) => {
    const named = command.commands.map(({ name }) => name).join(' ');
    const commands = index === 0 && named !== '' ? `_pcapcheck_words ${quoted(named)}; ` : '';
    const place = operand.variadic && index > 0 ? '*' : `${index}`;
    return `    ${quoted(`${nameOf(command)}:`)}${place}) ${commands}${completed(operand)};;`;
  });
  const [only] = command.operands;
  if (only?.variadic) cases.push(`    ${quoted(`${nameOf(command)}:`)}*) ${completed(only)};;`);
  if (only === undefined && command.commands.length > 0)
    cases.push(
      `    ${quoted(`${nameOf(command)}:0`)}) _pcapcheck_words ${quoted(command.commands.map(({ name }) => name).join(' '))} ;;`,
    );
  return cases;
}

/** The calls that complete a place, each with its semicolon. */
function completed({ words, paths }: Values): string {
  if (paths === 'pairs') return `_pcapcheck_pairs ${quoted(words.join(' '))}; `;
  const calls = words.length > 0 ? `_pcapcheck_words ${quoted(words.join(' '))}; ` : '';
  if (paths === 'none') return calls;
  return `${calls}_pcapcheck_paths ${paths === 'folders' ? '-d' : '-f'}; `;
}
