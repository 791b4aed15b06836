/** Failures of live capture. Each has a stable code and one sentence: what, why, how to mend it. */

export type LiveErrorCode =
  | 'addon-missing'
  | 'addon-unfit'
  | 'library-missing'
  | 'library-unfit'
  | 'no-permission'
  | 'no-such-device'
  | 'interface-down'
  | 'interface-gone'
  | 'filter-error'
  | 'open-failed'
  | 'list-failed'
  | 'unknown-user'
  | 'rights-kept'
  | 'bad-usage'
  | 'file-exists'
  | 'write-failed'
  | 'no-such-folder'
  | 'interrupted'
  | 'thread-died';

/** Meant for users: show the message, never the stack. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  readonly code: LiveErrorCode;

  constructor(code: LiveErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A LiveError as plain data: the class does not survive the way between threads. */
export interface LiveFailure {
  code: LiveErrorCode;
  message: string;
}

export function failureOf(error: unknown): LiveFailure {
  if (error instanceof LiveError) return { code: error.code, message: error.message };
  return { code: 'thread-died', message: error instanceof Error ? error.message : String(error) };
}

const IS_WINDOWS = process.platform === 'win32';

export function addonMissing(platform: string): LiveError {
  return new LiveError(
    'addon-missing',
    `Live capture is not made for this system (${platform}; there is linux-x64 and win32-x64). ` +
      'Let another program capture and read from it: tcpdump -U -w - | pcapcheck live - --topology site.yaml',
  );
}

/** @param reason what the operating system says */
export function addonUnfit(reason: string): LiveError {
  return new LiveError(
    'addon-unfit',
    `The part of pcapcheck that captures could not be loaded (${reason}). It needs a Linux with glibc 2.28 or later, or Windows 10 or ` +
      'Server 2016 or later; on others let another program capture: tcpdump -U -w - | pcapcheck live - --topology site.yaml',
  );
}

/** @param reason what the loader says */
export function libraryMissing(reason: string): LiveError {
  const remedy = IS_WINDOWS
    ? 'install Npcap (https://npcap.com), or capture with what Windows brings (pktmon start --capture --pkt-size 0), or with dumpcap ' +
      'elsewhere, and follow the files: pcapcheck live --watch FOLDER --topology site.yaml'
    : 'install it (Debian, Ubuntu: apt install libpcap0.8; Red Hat, Fedora: dnf install libpcap; SUSE: zypper install libpcap1), or read ' +
      'what another host captures: ssh HOST tcpdump -U -w - | pcapcheck live - --topology site.yaml';
  return new LiveError(
    'library-missing',
    `Live capture needs ${IS_WINDOWS ? 'Npcap' : 'libpcap'}, and it was not found (${reason}): ${remedy}`,
  );
}

export function libraryUnfit(reason: string): LiveError {
  const which = IS_WINDOWS ? 'The wpcap.dll of this system' : 'The libpcap of this system';
  return new LiveError(
    'library-unfit',
    `${which} is too old (${reason}): install ${IS_WINDOWS ? 'Npcap' : 'libpcap 1.5'} or later.`,
  );
}

/** @param reason the library's words */
export function noPermission(device: string, reason: string): LiveError {
  const remedy = IS_WINDOWS
    ? 'Npcap was installed for administrators only: run as administrator, or install Npcap again without "Restrict Npcap driver\'s access to ' +
      'Administrators only".'
    : 'run it as root and let it step down (sudo pcapcheck live --user nobody …), or with the one right that it needs, CAP_NET_RAW ' +
      '(docs/live.md has the commands for setpriv, systemd and setcap).';
  return new LiveError('no-permission', `This user may not capture on ${device} (${reason}): ${remedy}`);
}

export function noSuchDevice(name: string, known: readonly string[]): LiveError {
  const list =
    known.length === 0
      ? 'none is shown to this user: run as one who may capture'
      : `there is ${known.slice(0, 30).join(', ')}`;
  return new LiveError(
    'no-such-device',
    `No interface is called ${name}; ${list}. "pcapcheck interfaces" describes them.`,
  );
}

export function interfaceDown(device: string): LiveError {
  const remedy = IS_WINDOWS ? 'enable it in Network Connections' : `set it up: ip link set ${device} up`;
  return new LiveError('interface-down', `The interface ${device} is down: ${remedy}.`);
}

/** @param reason libpcap's own words */
export function filterError(filter: string, reason: string): LiveError {
  return new LiveError(
    'filter-error',
    `The filter "${filter}" is refused: ${reason}. Its language is that of tcpdump, such as "udp or net 10.1.0.0/16" (pcap-filter(7)).`,
  );
}

export function openFailed(device: string, reason: string): LiveError {
  return new LiveError('open-failed', `The interface ${device} could not be opened: ${reason}.`);
}
