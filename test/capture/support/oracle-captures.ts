import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Captures of other projects, beside this one where they are present; see their README for what the oracles mean. */
const FOLDER = new URL('../../../../shared/captures/', import.meta.url);

export interface Oracle {
  capinfos?: { packets?: string; file_type?: string };
  tshark?: { frames: number; bytes: number };
}

export const oraclesPresent = existsSync(new URL('oracles.json', FOLDER));

/** Every capture of the set with what other tools say of it; none where the set is absent. */
export function oracleCaptures(): [name: string, path: string, oracle: Oracle][] {
  if (!oraclesPresent) {
    console.warn(`SKIPPED: the captures of other projects are not at ${fileURLToPath(FOLDER)}; nothing was compared.`);
    return [];
  }
  const oracles = JSON.parse(readFileSync(new URL('oracles.json', FOLDER), 'utf8')) as Record<string, Oracle>;
  return Object.entries(oracles).map(([name, oracle]) => [name, fileURLToPath(new URL(name, FOLDER)), oracle]);
}
