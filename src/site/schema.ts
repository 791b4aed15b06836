/**
 * The shape of a topology. zod checks it and makes the JSON Schema for editors from it; what depends on other parts of
 * the file (names, overlaps) is in check.ts. Each refinement returns a whole sentence: messages reach the user as they are.
 */

import * as z from 'zod';
import { featureIds } from '../catalog/features.ts';
import { loadCatalog } from '../catalog/load.ts';
import { nearest } from '../catalog/nearest.ts';
import { parsePortRange } from '../catalog/ports.ts';
import { resolveRole, roleSpellings } from '../catalog/roles.ts';
import { readAllowed } from './allowed.ts';
import { printable } from './errors.ts';
import { OPERATING_SYSTEMS, resolveOs } from './operating-systems.ts';
import { SETTING_NAMES, SETTINGS } from './settings.ts';

/** ", did you mean 'x'?" or nothing. */
export const meant = (suggestion: string | undefined): string => (suggestion ? `, did you mean '${suggestion}'?` : '');

const text = (what: string) => z.string({ error: `${what} must be text` }).trim();
/** A text for which `why` returns a sentence where it is wrong. */
const checked = (what: string, why: (value: string) => string | undefined) =>
  text(what).superRefine((value, context) => {
    const message = why(value);
    if (message) context.addIssue({ code: 'custom', message });
  });

const NAME = /^[^\s,;"'/\\]+$/;
/** What is wrong with a name of a host or a network; undefined: nothing. */
export function nameProblem(value: string, what: string): string | undefined {
  if (value === '') return `${what} is empty`;
  if (value.length > 255) return `${what} is longer than 255 characters`;
  return NAME.test(value)
    ? undefined
    : `${what} '${printable(value)}' holds a blank, a comma, a semicolon, a quote or a slash`;
}
const name = (what: string) => checked(what, (value) => nameProblem(value, what));

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const id = checked('id', (value) =>
  ID.test(value) ? undefined : `id '${printable(value)}' must be letters, digits, - and _, at most 64 of them`,
).meta({ description: 'Short name; the rule is site.expect.<id> or site.forbid.<id>' });

/** The suggestion is left to issues.ts, which looks for it only for the problems that are told. */
const role = text('a role')
  .superRefine((value, context) => {
    if (resolveRole(value)) return;
    const message = `unknown role '${printable(value)}'`;
    context.addIssue({ code: 'custom', message, params: { unknownRole: value } });
  })
  .meta({ anyOf: [{ enum: roleSpellings() }, { type: 'string' }] });

const os = checked('os', (value) =>
  resolveOs(value)
    ? undefined
    : `unknown operating system '${printable(value)}'${meant(nearest(value, OPERATING_SYSTEMS))}`,
).meta({ anyOf: [{ enum: [...OPERATING_SYSTEMS] }, { type: 'string' }] });

const PORT = 'a port is a whole number from 1 to 65535';
const port = z.int({ error: PORT }).min(1, { error: PORT }).max(65535, { error: PORT });

const RANGE = 'a port range is written 49152-65535, with both ends from 0 to 65535 and in order';
const portRange = z.string({ error: RANGE }).superRefine((value, context) => {
  if (value.includes('-') && parsePortRange(value)) return;
  context.addIssue({ code: 'custom', message: `'${printable(value)}': ${RANGE}` });
});
const portOrRange = z
  .union([z.number(), z.string()], { error: 'a port is a number such as 80 or a range such as 9100-9110' })
  .superRefine((value, context) => {
    if (typeof value === 'number') {
      if (!Number.isInteger(value) || value < 1 || value > 65535) context.addIssue({ code: 'custom', message: PORT });
    } else if (!parsePortRange(value)) {
      context.addIssue({ code: 'custom', message: `'${printable(value)}': ${RANGE}` });
    }
  });

const date = checked('date', (value) =>
  /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : `'${printable(value)}' is not a date such as 2025-12-08`,
);
const hybridVersions = loadCatalog().versions.get('hybrid-identity') ?? [];
const version = checked('version', (value) =>
  hybridVersions.includes(value)
    ? undefined
    : `unknown version '${printable(value)}', known are ${hybridVersions.join(', ')}`,
).meta({ enum: [...hybridVersions] });

const dated = z.union([z.boolean(), z.strictObject({ date: date.optional() })], {
  error: 'a catalog is true, false or { date: 2025-12-08 }',
});
const catalogs = z.strictObject({
  configmgr: dated.optional(),
  'hybrid-identity': z
    .union([z.boolean(), z.strictObject({ version: version.optional() })], {
      error: `this catalog is true, false or { version: ${hybridVersions.at(-1)} }`,
    })
    .optional(),
  'windows-server': dated.optional(),
  'internet-endpoints': dated.optional(),
});

const ports = Object.fromEntries(
  SETTING_NAMES.map((setting) => {
    const { kind, description, usual } = SETTINGS[setting];
    const about = `${description}; usual: ${usual}`;
    return [setting, (kind === 'port' ? port : portRange).optional().meta({ description: about })];
  }),
);
const hostSettings = z.strictObject(ports, { error: mapping('settings') });
const settings = z.strictObject(
  {
    ...ports,
    proxy: z
      .strictObject({ host: text('host'), port: port }, { error: mapping('proxy') })
      .optional()
      .meta({ description: 'Web proxy that stands in for the internet: a host of this file, or an address' }),
    site_initiated_only: z
      .array(text('a host name'), { error: list('site_initiated_only') })
      .optional()
      .meta({ description: 'Site systems that never start connections to the site server' }),
  },
  { error: mapping('settings') },
);

function list(what: string): string {
  return `${what} must be a list: [a, b], or lines that begin with "- "`;
}
function mapping(what: string): (issue: { code?: string }) => string | undefined {
  return (issue) => (issue.code === 'invalid_type' ? `${what} must hold keys and values` : undefined);
}

const host = z.strictObject(
  {
    name: name('name'),
    addresses: z
      .array(text('an address'), { error: list('addresses') })
      .optional()
      .meta({ description: 'IPv4 and IPv6 addresses; left out: looked up among the DNS answers of the capture' }),
    roles: z.array(role, { error: list('roles') }).optional(),
    os: os.optional(),
    settings: hostSettings.optional().meta({ description: 'Ports of this host, where they differ' }),
  },
  { error: mapping('a host') },
);
const network = z.strictObject(
  {
    name: name('name'),
    cidr: text('cidr').optional(),
    range: text('range').optional().meta({ description: 'First and last address, as 10.1.0.10-10.1.0.99' }),
    roles: z.array(role, { error: list('roles') }).optional(),
    os: os.optional(),
    settings: hostSettings.optional(),
  },
  { error: mapping('a network') },
);

const ENDS = 'a role, host, network, address, CIDR, "any" or "internet", or a list of these';
const selector = z.union([z.string(), z.array(z.string())], { error: `must be ${ENDS}` }).meta({ description: ENDS });
const transport = z.enum(['tcp', 'udp', 'icmp'], { error: 'transport must be tcp, udp or icmp' });
const portList = z.array(portOrRange, { error: list('ports') }).min(1, { error: 'ports is empty' });
const reason = text('reason').optional();
const expectation = z.strictObject(
  {
    id,
    from: selector,
    to: selector,
    transport,
    ports: portList.optional(),
    need: z.enum(['required', 'optional'], { error: 'need must be required or optional' }).optional(),
    reason,
  },
  { error: mapping('an expectation') },
);
const prohibition = z.strictObject(
  {
    id,
    from: selector,
    to: selector,
    transport,
    ports: portList.optional().meta({ description: 'Left out: every port' }),
    reason,
  },
  { error: mapping('a prohibition') },
);

const EXCEPTION_ENDS = `${ENDS}; left out: any`;
const exceptionEnd = selector.optional().meta({ description: EXCEPTION_ENDS });
const oneOrMore = (one: z.ZodType<string>, what: string) =>
  z.union([one, z.array(one).min(1)], { error: `${what} must be text (digits in quotes), or a list of texts` });
const KIND = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const kind = checked('kind', (value) =>
  KIND.test(value) ? undefined : `'${printable(value)}' is no kind of finding, such as unexpected-port`,
);
const FINGERPRINT = /^[0-9a-f]{16}$/;
const fingerprint = checked('fingerprint', (value) =>
  FINGERPRINT.test(value) ? undefined : `fingerprint '${printable(value)}' must be the 16 digits that reports show`,
);
const said = (key: string) =>
  checked(key, (value) => (value === '' ? `${key} is empty: an exception needs one` : undefined));
const exception = z.strictObject(
  {
    id: id.meta({ description: 'Short name, by which reports speak of it' }),
    kind: oneOrMore(kind, 'kind').optional().meta({ description: 'Kinds of findings; left out: any' }),
    rule: oneOrMore(text('rule'), 'rule').optional().meta({ description: 'Ids of rules; left out: any, or none' }),
    from: exceptionEnd,
    to: exceptionEnd,
    transport: transport.optional(),
    ports: portList.optional().meta({ description: 'Left out: any' }),
    fingerprint: oneOrMore(fingerprint, 'fingerprint')
      .optional()
      .meta({ description: 'Single findings, as reports show them' }),
    reason: said('reason').meta({ description: 'Why this may stay' }),
    owner: said('owner').meta({ description: 'Who answers for it' }),
    ticket: said('ticket').optional(),
    expires: date.optional().meta({ description: 'Last day on which it holds; left out: for good' }),
  },
  { error: mapping('an exception') },
);

const features = featureIds();
const feature = text('a feature')
  .superRefine((value, context) => {
    if (features.includes(value.toLowerCase())) return;
    const message = `unknown feature '${printable(value)}'${meant(nearest(value, features))}`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ anyOf: [{ enum: features }, { type: 'string' }] });
const CLOUDS = ['public', 'usgov'] as const;
const internet = z.strictObject(
  {
    cloud: z
      .enum(CLOUDS, { error: 'cloud must be public or usgov' })
      .optional()
      .meta({ description: 'Left out: either' }),
    names: z
      .array(name('a name'), { error: list('names') })
      .optional()
      .meta({
        description:
          'What stands for <name> and <prefix> in the endpoints of Microsoft: cloud services, storage accounts, key vaults',
      }),
    allow: z
      .array(
        checked('an allowed name', (value) =>
          readAllowed(value).ok ? undefined : (readAllowed(value) as { why: string }).why,
        ),
        { error: list('allow') },
      )
      .optional()
      .meta({
        description: 'Further names (*.example.com is every name below it), addresses and CIDRs that hosts may use',
      }),
  },
  { error: mapping('internet') },
);

export const siteSchema = z
  .strictObject(
    {
      version: z.literal(1, { error: 'version must be 1' }),
      name: text('name').optional(),
      catalogs: catalogs.optional().meta({ description: 'Which expectations apply; each does when left out' }),
      settings: settings.optional(),
      features: z
        .array(feature, { error: list('features') })
        .optional()
        .meta({ description: 'Features in use that talk to the internet; left out: any may be' }),
      internet: internet.optional().meta({ description: 'Names and addresses on the internet that may be used' }),
      hosts: z.array(host, { error: list('hosts') }).optional(),
      networks: z.array(network, { error: list('networks') }).optional(),
      expect: z.array(expectation, { error: list('expect') }).optional(),
      forbid: z.array(prohibition, { error: list('forbid') }).optional(),
      exceptions: z
        .array(exception, { error: list('exceptions') })
        .optional()
        .meta({ description: 'Findings that are known and accepted, for a time' }),
    },
    { error: mapping('the file') },
  )
  .meta({ title: 'pcapcheck topology' });

export type SiteFile = z.infer<typeof siteSchema>;

/** Keys that a mapping may have, by its path with numbers as '*'. */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(siteSchema.shape),
  catalogs: Object.keys(catalogs.shape),
  'catalogs.configmgr': ['date'],
  'catalogs.windows-server': ['date'],
  'catalogs.internet-endpoints': ['date'],
  'catalogs.hybrid-identity': ['version'],
  internet: Object.keys(internet.shape),
  settings: Object.keys(settings.shape),
  'settings.proxy': ['host', 'port'],
  'hosts.*': Object.keys(host.shape),
  'hosts.*.settings': SETTING_NAMES,
  'networks.*': Object.keys(network.shape),
  'networks.*.settings': SETTING_NAMES,
  'expect.*': Object.keys(expectation.shape),
  'forbid.*': Object.keys(prohibition.shape),
  'exceptions.*': Object.keys(exception.shape),
};

/** JSON Schema (draft 2020-12) of site.yaml for editors. */
export function siteJsonSchema(): object {
  return z.toJSONSchema(siteSchema, { io: 'input' });
}
