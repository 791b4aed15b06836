/** What alerts of TLS mean to those who have to mend it. */
import type { HandshakeFailure } from './handshake-failures.ts';

interface AlertWords {
  /** What it says, as a sentence. */
  meaning: string;
  /** What to do, as sentences. */
  remedy: string;
  /** The versions that the client offers say more. */
  isOfVersions?: boolean;
}

const VERSIONS: AlertWords = {
  meaning: 'The two have no version of TLS in common, or one was left out on purpose.',
  remedy:
    'Enable TLS 1.2 on the side that lacks it (Windows: SCHANNEL\\Protocols in the registry, and SchUseStrongCrypto and SystemDefaultTlsVersions of .NET; Configuration Manager documents it as "How to enable TLS 1.2").',
  isOfVersions: true,
};
const PARAMETERS: AlertWords = {
  meaning:
    'The two agree on no version, cipher suite or curve, or the server wants a certificate of the client that it did not get.',
  remedy:
    'Compare what the two hellos offer and allow: versions (TLS 1.2 may be off on one side), cipher suites (Windows: Get-TlsCipherSuite, the policy "SSL Cipher Suite Order"), and whether the server wants a certificate.',
  isOfVersions: true,
};
const NAME: AlertWords = {
  meaning: 'It has no certificate for the name that the client asks for.',
  remedy: 'See the bindings and certificates of the server (IIS: host name, "Require Server Name Indication").',
};
const CLIENT_CERTIFICATE: AlertWords = {
  meaning: 'That is how a server refuses the certificate of a client, or the lack of one.',
  remedy:
    'See that the client has a certificate for client authentication that is valid, and that the server trusts its issuer and reaches its revocation list (Configuration Manager: trusted root authorities under Communication Security of the site).',
};
const SERVER_CERTIFICATE: AlertWords = {
  meaning: 'The client does not accept the certificate that arrives: its issuer, its name or its dates.',
  remedy:
    'See who issued the certificate that arrives at the client (tls.handshake.certificate). Where that is not the own authority of the server, something inspects TLS on the way: exempt this traffic from it. Else have the client trust the authority, or renew the certificate.',
};
const DENIED: AlertWords = {
  meaning: 'A rule of its own says no.',
  remedy: 'See its access rules, and those of whatever inspects TLS on the way.',
};
const OTHER: AlertWords = {
  meaning: 'It holds what it got for an error.',
  remedy: 'See whether something on the way changes or inspects TLS, and try with another version of TLS.',
};

/** By description (tls-alert.ts) and who sends it. */
const OF_SERVER: Readonly<Record<number, AlertWords>> = {
  40: PARAMETERS,
  41: CLIENT_CERTIFICATE,
  42: CLIENT_CERTIFICATE,
  43: CLIENT_CERTIFICATE,
  44: CLIENT_CERTIFICATE,
  45: CLIENT_CERTIFICATE,
  46: CLIENT_CERTIFICATE,
  48: CLIENT_CERTIFICATE,
  49: DENIED,
  70: VERSIONS,
  71: PARAMETERS,
  86: VERSIONS,
  112: NAME,
  116: CLIENT_CERTIFICATE,
};
const OF_CLIENT: Readonly<Record<number, AlertWords>> = {
  40: PARAMETERS,
  42: SERVER_CERTIFICATE,
  43: SERVER_CERTIFICATE,
  44: SERVER_CERTIFICATE,
  45: SERVER_CERTIFICATE,
  46: SERVER_CERTIFICATE,
  48: SERVER_CERTIFICATE,
  70: VERSIONS,
  71: PARAMETERS,
  113: SERVER_CERTIFICATE,
};

export function alertWords({ by, description }: Pick<HandshakeFailure, 'by' | 'description'>): AlertWords {
  return (by === 'server' ? OF_SERVER : OF_CLIENT)[description] ?? OTHER;
}
