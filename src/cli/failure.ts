/** Errors made for users carry a stable code and one sentence; of others, the reader gets what happened and whom to tell. */
export function sentenceOf(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && error.name.endsWith('Error') && error.name !== 'Error' && error.name !== 'TypeError')
    return error.message;
  const detail =
    verbose && error.stack !== undefined ? `\n${error.stack}` : ' Run again with --verbose and report what it prints.';
  return `internal error: ${error.message}.${detail}`;
}
