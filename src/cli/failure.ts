import { printable } from '../report/printable.ts';

/**
 * Errors made for users carry a stable code and one sentence; of others, the reader gets what happened and whom to tell.
 * Nothing in it is obeyed by a terminal, whatever the names of files hold.
 */
export function sentenceOf(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return printableLines(String(error));
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && error.name.endsWith('Error') && error.name !== 'Error' && error.name !== 'TypeError')
    return printableMessage(error);
  const detail =
    verbose && error.stack !== undefined ? `\n${error.stack}` : ' Run again with --verbose and report what it prints.';
  return printableLines(`internal error: ${error.message}.${detail}`);
}

/** The message of an error, printable: its own lines stay, the line breaks of the path that it names do not. */
export function printableMessage(error: Error & { path?: unknown }): string {
  const { message, path } = error;
  return printableLines(
    typeof path === 'string' && path !== '' ? message.replaceAll(path, () => printable(path)) : message,
  );
}

/** Printable text that keeps its lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
