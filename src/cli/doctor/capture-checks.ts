/** Whether this user can capture here. */
import { type Addon, libraryVersion, loadAddon, openError } from '../../live/addon.ts';
import { type CaptureDevice, listDevices } from '../../live/devices.ts';
import { LiveError } from '../../live/errors.ts';
import { printable } from '../../report/printable.ts';
import { counted } from '../../report/quantity.ts';
import { type Check, limited, ok } from './types.ts';

/** Addon, library and rights: each is looked at only where what it needs is there. */
export function captureChecks(): Check[] {
  let addon: Addon;
  try {
    addon = loadAddon();
  } catch (error) {
    if (!(error instanceof LiveError)) throw error;
    if (error.code === 'addon-missing' || error.code === 'addon-unfit')
      return [lack('addon', 'Addon', 'cannot be used', error)];
    return [ADDON_LOADED, lack('library', LIBRARY, 'cannot be used', error)];
  }
  return [ADDON_LOADED, ok('library', LIBRARY, printable(libraryVersion() ?? 'loaded')), rightsCheck(addon)];
}

const LIBRARY = process.platform === 'win32' ? 'Npcap' : 'libpcap';
const ADDON_LOADED = ok('addon', 'Addon', 'the part that captures is loaded');

/** Opens an interface and closes it again; nothing is sent. */
function rightsCheck(addon: Addon): Check {
  const [id, title] = ['rights', 'Rights'];
  let devices: CaptureDevice[];
  try {
    devices = listDevices(addon);
  } catch (error) {
    return lack(id, title, 'the interfaces cannot be listed', error as LiveError);
  }
  const device = devices.find(({ state, isLoopback }) => state === 'up' && !isLoopback) ?? devices[0];
  if (device === undefined)
    return limited(id, title, 'no interface is shown to this user', 'Run as one who may capture (docs/live.md).');
  const options = {
    device: device.name,
    filter: '',
    snapshotLength: 68,
    promiscuous: false,
    bufferBytes: 2 ** 20,
    timeoutMilliseconds: 100,
    nanoseconds: false,
  };
  try {
    addon.close(addon.open(options).session);
  } catch (error) {
    return lack(
      id,
      title,
      `this user cannot capture on ${printable(device.friendlyName ?? device.name)}`,
      openError(error, options, () => devices.map(({ name }) => name)),
    );
  }
  return ok(
    id,
    title,
    `this user may capture; ${counted(devices.length, 'interface')}, such as ${printable(device.friendlyName ?? device.name)}`,
  );
}

const lack = (id: string, title: string, found: string, { message }: LiveError): Check =>
  limited(id, title, found, printable(message));
