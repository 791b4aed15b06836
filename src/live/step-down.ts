import { readFileSync } from 'node:fs';
import { printable } from '../report/printable.ts';
import { LiveError } from './errors.ts';

interface User {
  name: string | null;
  uid: number;
  gid: number;
}

/**
 * Gives up the rights of root for those of a user, for good and on all threads: what was opened stays open, nothing else can be.
 * @param wanted a name of /etc/passwd, or UID:GID
 * @throws LiveError unknown-user, rights-kept
 */
export function stepDown(wanted: string): void {
  const { setgroups, setgid, setuid, getuid } = process;
  // Not in @types/node 20.
  const { initgroups } = process as { initgroups?: (user: string, group: number) => void };
  if (!setgroups || !initgroups || !setgid || !setuid || !getuid)
    throw new LiveError('bad-usage', '--user is for Linux; on Windows start pcapcheck as the user that it shall be.');
  if (getuid.call(process) !== 0)
    throw new LiveError('bad-usage', `--user ${printable(wanted)} needs root to step down from; leave it out.`);
  const { name, uid, gid } = findUser(wanted);
  try {
    if (name === null) setgroups.call(process, [gid]);
    else initgroups.call(process, name, gid);
    setgid.call(process, gid);
    setuid.call(process, uid);
  } catch (error) {
    throw rightsKept(wanted, (error as Error).message);
  }
  if (uid !== 0 && canReturn()) throw rightsKept(wanted, 'root could be taken back');
}

function canReturn(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}

function rightsKept(wanted: string, reason: string): LiveError {
  return new LiveError(
    'rights-kept',
    `The rights of root could not be given up for ${printable(wanted)} (${reason}); nothing was captured.`,
  );
}

function findUser(wanted: string): User {
  const numbers = /^(\d{1,9}):(\d{1,9})$/.exec(wanted);
  if (numbers !== null) return { name: null, uid: Number(numbers[1]), gid: Number(numbers[2]) };
  for (const line of passwd().split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === wanted && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? ''))
      return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new LiveError(
    'unknown-user',
    `There is no user ${printable(wanted)} in /etc/passwd; name another one, or give its numbers as UID:GID.`,
  );
}

function passwd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
