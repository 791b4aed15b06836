/** TLS alerts in the clear: RFC 8446 section 6, RFC 5246 section 7.2. One that is encrypted has a longer record (1.2 and before), or looks like data (1.3). */

/** Content type of the record (RFC 8446 section 5.1). */
export const TLS_ALERT = 0x15;
const RECORD_HEADER_LENGTH = 5;
const ALERT_LENGTH = 2;
const FATAL = 2;

/**
 * The description of a fatal alert that bytes begin with, 0 where they do not: warnings refuse nothing, and close_notify (0) is none that is
 * fatal. Read in place, without allocation.
 */
export function fatalAlert(bytes: Uint8Array, at: number, length: number): number {
  if (length < RECORD_HEADER_LENGTH + ALERT_LENGTH || bytes[at] !== TLS_ALERT) return 0;
  // Versions 3.0 (SSL 3.0) to 3.4.
  if (bytes[at + 1] !== 3 || bytes[at + 2] > 4 || bytes[at + 3] !== 0 || bytes[at + 4] !== ALERT_LENGTH) return 0;
  return bytes[at + 5] === FATAL ? bytes[at + 6] : 0;
}

/** IANA registry "TLS Alerts" (www.iana.org/assignments/tls-parameters), the errors in it: RFC 8446 section 6.2, and those of TLS 1.2 and before. */
const ALERT_NAMES: Readonly<Record<number, string>> = {
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  52: 'too_many_cids_requested',
  60: 'export_restriction',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  109: 'missing_extension',
  110: 'unsupported_extension',
  111: 'certificate_unobtainable',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  114: 'bad_certificate_hash_value',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
  121: 'ech_required',
};

/** `handshake_failure (40)`; null for what is no error, such as a client that goes away (user_canceled). */
export function alertName(description: number): string | null {
  const name = ALERT_NAMES[description];
  return name === undefined ? null : `${name} (${description})`;
}
