/** Settings of a site or of a host as ranges of ports. */

import { parsePortRange } from '../catalog/ports.ts';
import type { PortRange } from '../catalog/types.ts';
import { SETTING_NAMES, type SettingName, type Settings } from './settings.ts';

export function readSettings(row: Record<string, unknown> | undefined): Settings {
  const settings: Partial<Record<SettingName, PortRange>> = {};
  for (const name of SETTING_NAMES) {
    const value = row?.[name];
    if (typeof value !== 'number' && typeof value !== 'string') continue;
    const range = parsePortRange(String(value));
    if (range) settings[name] = range;
  }
  return settings;
}
