/**
 * Time stamps of pcapng: a count of 64 bits in units that each interface sets (if_tsresol: 10^-n or 2^-n seconds), to seconds and nanoseconds.
 * Counts of nanoseconds exceed 2^53, so the division is done in parts that a double holds exactly; the result is the exact floor.
 */

/** if_tsresol where the option is absent: microseconds (draft-ietf-opsawg-pcapng section 4.2). */
export const DEFAULT_RESOLUTION = 6;
/** Top bit of if_tsresol: the rest is a power of 2, not of 10. */
const POWER_OF_TWO = 0x80;
/** 10^19 is the largest power of ten that 64 bits count; finer units cannot even count to one second. */
const FINEST_POWER_OF_TEN = 19;
const FINEST_POWER_OF_TWO = 63;

const TWO_16 = 0x1_0000;
const TWO_32 = 0x1_0000_0000;
const NANOSECONDS = 1_000_000_000;
const LATEST_SECOND = TWO_32 - 1;

/** Converts the time stamps of one interface. The result stays in `seconds` and `nanoseconds` until the next call. */
export class TimeScale {
  seconds = 0;
  nanoseconds = 0;
  /** False where if_tsresol asks for units that 64 bits cannot count to a second with; all times are 0 then. */
  readonly usable: boolean;
  readonly finerThanMicroseconds: boolean;
  readonly #offsetSeconds: number;
  /** Units in a second, at most 10^9; 0 for powers of two. */
  readonly #perSecond: number;
  /** Nanoseconds in a unit of `#perSecond`. */
  readonly #nanosecondsPerUnit: number;
  /** Seconds, about, in a unit and in 2^32 units. */
  readonly #secondsPerUnit: number;
  readonly #secondsPerHigh: number;
  /** Units are first divided by this where they are finer than a nanosecond: 10 … 10^10. */
  readonly #perNanosecond: number;
  /** n of 2^-n. */
  readonly #bits: number;
  /** 16-bit parts of the count, highest first, for divisions. */
  readonly #parts = new Uint16Array(4);

  /**
   * @param resolution the if_tsresol octet
   * @param offsetSeconds if_tsoffset, in seconds
   */
  constructor(resolution: number, offsetSeconds: number) {
    const power = resolution & ~POWER_OF_TWO;
    const binary = (resolution & POWER_OF_TWO) !== 0;
    this.#offsetSeconds = offsetSeconds;
    this.usable = power <= (binary ? FINEST_POWER_OF_TWO : FINEST_POWER_OF_TEN);
    this.finerThanMicroseconds = binary ? power >= 20 : power > 6;
    this.#bits = binary ? power : -1;
    this.#perSecond = binary ? 0 : 10 ** Math.min(power, 9);
    this.#secondsPerUnit = binary ? 0 : 1 / this.#perSecond;
    this.#secondsPerHigh = binary ? 0 : TWO_32 / this.#perSecond;
    this.#nanosecondsPerUnit = binary ? 0 : NANOSECONDS / this.#perSecond;
    this.#perNanosecond = binary || power <= 9 ? 1 : 10 ** (power - 9);
  }

  /**
   * @param high upper 32 bits of the count
   * @param low lower 32 bits
   * @returns false where the time lies outside 0 … 2^32-1 seconds; it is clamped then
   */
  convert(high: number, low: number): boolean {
    if (this.#perSecond !== 0 && this.#perNanosecond === 1) this.#decimal(high, low);
    else if (!this.usable) return this.#clamp(0);
    else if (this.#perSecond !== 0) this.#fineDecimal(high, low);
    else this.#binary(high, low);
    const seconds = this.seconds + this.#offsetSeconds;
    if (seconds < 0) return this.#clamp(0);
    if (seconds > LATEST_SECOND) return this.#clamp(LATEST_SECOND);
    this.seconds = seconds;
    return true;
  }

  /**
   * The quotient is guessed in floating point, which is wrong by one at most; the rest then fits 32 bits, so it is exact modulo 2^32, and
   * tells whether the guess was too high or too low. No division in the usual case.
   */
  #decimal(high: number, low: number): void {
    const divisor = this.#perSecond;
    let whole = 0;
    let above = high;
    if (above >= divisor) {
      whole = Math.floor(above / divisor);
      above -= whole * divisor;
    }
    let quotient = Math.floor(above * this.#secondsPerHigh + low * this.#secondsPerUnit);
    let rest = (low - Math.imul(quotient, divisor)) | 0;
    if (rest < 0) {
      quotient--;
      rest += divisor;
    } else if (rest >= divisor) {
      quotient++;
      rest -= divisor;
    }
    this.seconds = whole * TWO_32 + quotient;
    this.nanoseconds = rest * this.#nanosecondsPerUnit;
  }

  /** Units finer than a nanosecond: first the exact count of nanoseconds, again as 64 bits, then as usual. */
  #fineDecimal(high: number, low: number): void {
    const parts = this.#split(high, low);
    const divisor = this.#perNanosecond;
    let rest = 0;
    for (let index = 0; index < parts.length; index++) {
      // rest < 10^10, so the dividend stays under 2^50.
      const dividend = rest * TWO_16 + parts[index]!;
      const quotient = Math.floor(dividend / divisor);
      rest = dividend - quotient * divisor;
      parts[index] = quotient;
    }
    this.#decimal(parts[0]! * TWO_16 + parts[1]!, parts[2]! * TWO_16 + parts[3]!);
  }

  /** Seconds are the bits above n; the n bits below, shifted to the top of 64, times 10^9, leave the nanoseconds in the carry. */
  #binary(high: number, low: number): void {
    const bits = this.#bits;
    let fractionHigh: number;
    let fractionLow: number;
    if (bits === 0) {
      this.seconds = high * TWO_32 + low;
      this.nanoseconds = 0;
      return;
    }
    if (bits < 32) {
      this.seconds = high * 2 ** (32 - bits) + (low >>> bits);
      fractionHigh = (low << (32 - bits)) >>> 0;
      fractionLow = 0;
    } else if (bits === 32) {
      this.seconds = high;
      fractionHigh = low;
      fractionLow = 0;
    } else {
      const above = bits - 32;
      this.seconds = high >>> above;
      fractionHigh = ((high << (32 - above)) | (low >>> above)) >>> 0;
      fractionLow = (low << (32 - above)) >>> 0;
    }
    const parts = this.#split(fractionHigh, fractionLow);
    let carry = 0;
    for (let index = parts.length - 1; index >= 0; index--)
      carry = Math.floor((parts[index]! * NANOSECONDS + carry) / TWO_16);
    this.nanoseconds = carry;
  }

  #split(high: number, low: number): Uint16Array {
    const parts = this.#parts;
    parts[0] = high >>> 16;
    parts[1] = high & 0xffff;
    parts[2] = low >>> 16;
    parts[3] = low & 0xffff;
    return parts;
  }

  #clamp(seconds: number): false {
    this.seconds = seconds;
    this.nanoseconds = seconds === 0 ? 0 : NANOSECONDS - 1;
    return false;
  }
}
