/** Formats of a change request: `--format` of `pcapcheck firewall` and its help are made from this table. */
import type { Openings } from '../../openings/types.ts';

export interface FirewallOptions {
  /** The script that takes the rules away again, where the format has one. */
  remove: boolean;
  /** A byte order mark before CSV. */
  bom: boolean;
}

export interface FirewallFormat {
  /** For the help. */
  description: string;
  /** Whether it has a script that takes the rules away again. */
  removes: boolean;
  render(openings: Openings, options: FirewallOptions): Promise<FirewallText>;
}

export interface FirewallText {
  text: string;
  /** What this format cannot say, a sentence each. */
  untold: string[];
}

export const FIREWALL_FORMATS = {
  markdown: {
    description: 'a change request for a ticket',
    removes: false,
    render: async (openings) => ({ text: (await import('./markdown.ts')).renderMarkdown(openings), untold: [] }),
  },
  csv: {
    description: 'a row for each line, for a spreadsheet',
    removes: false,
    render: async (openings, options) => ({
      text: (await import('./csv.ts')).renderCsv(openings, options),
      untold: [],
    }),
  },
  powershell: {
    description: 'rules of Windows Firewall for each server, both ways',
    removes: true,
    render: async (openings, options) => (await import('./powershell.ts')).renderPowerShell(openings, options),
  },
  netsh: {
    description: 'the same as a batch file',
    removes: true,
    render: async (openings, options) => (await import('./netsh.ts')).renderNetsh(openings, options),
  },
  nft: {
    description: 'a chain of nftables',
    removes: true,
    render: async (openings, options) => (await import('./nft.ts')).renderNft(openings, options),
  },
  'cisco-acl': {
    description: 'object groups and an extended access list of Cisco IOS',
    removes: false,
    render: async (openings) => (await import('./cisco-acl.ts')).renderCiscoAcl(openings),
  },
  'azure-nsg-json': {
    description: 'an ARM template with a network security group',
    removes: false,
    render: async (openings) => (await import('./azure-nsg.ts')).renderAzureNsg(openings),
  },
} as const satisfies Record<string, FirewallFormat>;

export type FirewallFormatName = keyof typeof FIREWALL_FORMATS;
export const FIREWALL_FORMAT_NAMES = Object.keys(FIREWALL_FORMATS) as FirewallFormatName[];
