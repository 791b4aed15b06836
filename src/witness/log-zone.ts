/** The zone of the times in a log. Windows writes its firewall log in local time and does not say which. */
export interface LogZone {
  /** As the report states it. */
  readonly name: string;
  /** Seconds since 1970 (UTC) at which the hour of this local time begins. @param month 1 to 12 */
  hour(year: number, month: number, day: number, hour: number): number;
}

const OFFSET = /^([+-])(\d{1,2}):?(\d{2})(?::(\d{2}))?$/;
/** Farther than any zone on earth, with room for a clock that goes wrong. */
const FARTHEST_HOURS = 26;

/**
 * `local` (this machine's zone), `utc`, an offset such as `+02:00` (or `+02:00:07` for a clock that goes wrong), or a name such as
 * `Europe/Berlin`, which knows summer time.
 * @returns null where it is none of these
 */
export function parseZone(text: string): LogZone | null {
  const wanted = text.trim();
  if (/^local$/i.test(wanted)) return LOCAL_ZONE;
  if (/^(utc|gmt|z)$/i.test(wanted)) return fixed('UTC', 0);
  const match = OFFSET.exec(wanted);
  if (match !== null) {
    const [, sign, hours, minutes, seconds] = match;
    if (Number(hours) > FARTHEST_HOURS || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null;
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
    return fixed(`UTC${wanted}`, sign === '-' ? -offset : offset);
  }
  return named(wanted);
}

/** That of the machine that runs this. */
export const LOCAL_ZONE: LogZone = {
  get name() {
    return `${Intl.DateTimeFormat().resolvedOptions().timeZone} (the zone of the machine that ran pcapcheck)`;
  },
  hour: (year, month, day, hour) => new Date(year, month - 1, day, hour).getTime() / 1000,
};

function fixed(name: string, offset: number): LogZone {
  return { name, hour: (year, month, day, hour) => Date.UTC(year, month - 1, day, hour) / 1000 - offset };
}

function named(zone: string): LogZone | null {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(zone)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
  } catch {
    return null;
  }
  /** Local time minus UTC at a moment, both in seconds. */
  const offsetAt = (seconds: number): number => {
    const parts = new Map(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const year = 2000 + (of('year') % 100);
    const local = Date.UTC(year, of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) / 1000;
    return local - seconds;
  };
  return {
    name: zone,
    hour(year, month, day, hour) {
      const local = Date.UTC(year, month - 1, day, hour) / 1000;
      // Twice: the first guess may lie on the other side of a change of the clocks.
      return local - offsetAt(local - offsetAt(local));
    },
  };
}

/** `+01:00` of seconds. */
export function offsetText(seconds: number): string {
  const absolute = Math.abs(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const text = `${seconds < 0 ? '-' : '+'}${two(Math.floor(absolute / 3600))}:${two(Math.floor(absolute / 60) % 60)}`;
  return absolute % 60 === 0 ? text : `${text}:${two(absolute % 60)}`;
}
