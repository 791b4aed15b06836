import { asciiLine } from '../../report/firewall/plain-text.ts';
import { literal } from '../../report/firewall/powershell.ts';
import type { CompletedCommand, Values } from './model.ts';

/** Longer ones are cut; a tool tip has one line. */
const LONGEST = 200;

/** A script for Windows PowerShell 5.1 and PowerShell 7; files are completed by the shell itself, where the script answers nothing. */
export function powershellCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of pcapcheck for PowerShell, made by: pcapcheck completion powershell
Register-ArgumentCompleter -Native -CommandName 'pcapcheck', 'pcapcheck.cmd' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = @{
${commands.map(commandEntry).join('\n')}
    }
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $name = ''
    $first = 0
    while ($first -lt $words.Count -and $commands.ContainsKey("$name $($words[$first])".Trim())) {
        $name = "$name $($words[$first])".Trim()
        $first++
    }
    $command = $commands[$name]
    $optionOf = { param($word) $command.Options | Where-Object { $_.Names -ccontains $word } | Select-Object -First 1 }
    $operands = 0
    $place = $null
    for ($index = $first; $index -lt $words.Count; $index++) {
        $option = & $optionOf $words[$index]
        if ($option -and $option.Value) {
            $index++
            if ($index -eq $words.Count) { $place = $option.Value }
        } elseif (-not $words[$index].StartsWith('-')) {
            $operands++
        }
    }
    $before = ''
    $typed = $wordToComplete
    if (-not $place -and $typed -match '^(--[a-z-]+)=(.*)$') {
        $before = "$($Matches[1])="
        $typed = $Matches[2]
        $place = (& $optionOf $Matches[1]).Value
    }
    $found = @()
    if ($place) {
        $found = @($place.Words | ForEach-Object { , @($_, $_) })
    } elseif ($typed.StartsWith('-')) {
        $found = @($command.Options | ForEach-Object { $text = $_.Text; $_.Names | ForEach-Object { , @($_, $text) } })
    } else {
        if ($operands -eq 0) { $found += $command.Commands }
        if ($command.Operands.Count -gt 0) {
            $place = $command.Operands[[Math]::Min($operands, $command.Operands.Count - 1)]
            $found += @($place.Words | ForEach-Object { , @($_, $_) })
        }
    }
    if ($place -and $place.Paths -eq 'pairs') {
        if ($typed -match '^([^=]*=)(.*)$') {
            $before += $Matches[1]
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($Matches[2]) | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($before + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
            }
            return
        }
        $before += ''
        $found = @($found | ForEach-Object { , @("$($_[0])=", $_[1]) })
    }
    $found | Where-Object { $_[0].StartsWith($typed, [StringComparison]::OrdinalIgnoreCase) } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($before + $_[0], $_[0], 'ParameterValue', $_[1])
    }
}
`;
}

const text = (words: string): string => literal(asciiLine(words, LONGEST), LONGEST);
const list = (words: readonly string[]): string => `@(${words.map(text).join(', ')})`;
const values = ({ words, paths }: Values): string => `@{ Words = ${list(words)}; Paths = ${text(paths)} }`;

function commandEntry({ path, options, commands, operands }: CompletedCommand): string {
  const optionRows = options.map(
    ({ names, description, value }) =>
      `                @{ Names = ${list(names)}; Text = ${text(description)}; Value = ${value === null ? '$null' : values(value)} }`,
  );
  const commandRows = commands.map(
    ({ name, description }) => `                , @(${text(name)}, ${text(description)})`,
  );
  return [
    `        ${text(path.join(' '))} = @{`,
    '            Options = @(',
    ...optionRows,
    '            )',
    '            Commands = @(',
    ...commandRows,
    '            )',
    `            Operands = @(${operands.map(values).join(', ')})`,
    '        }',
  ].join('\n');
}
