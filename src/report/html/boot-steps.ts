/** Steps of a network boot in their order, and how far a machine came. */
import type { PxeClientReport } from '../../assess/types.ts';
import { stepLabel } from '../terminal/pxe.ts';

export const STEPS = [
  'discover',
  'offer',
  'request',
  'address',
  'boot-server-request',
  'boot-file',
  'tftp-request',
  'tftp-data',
  'loaded',
  'windows-pe',
] as const;

const FIRST_DONE = STEPS.indexOf('loaded');

/** Number of the farthest step; -1 of a step that this page does not know. */
export const stepNumber = (client: PxeClientReport): number => (STEPS as readonly string[]).indexOf(client.reached);

/** Whether a program was loaded; of a boot over HTTP nobody can tell here. */
export const isDone = (client: PxeClientReport): boolean => stepNumber(client) >= FIRST_DONE;

export const hasFailed = (client: PxeClientReport): boolean => !isDone(client) && client.way === 'pxe';

export const reachedText = (client: PxeClientReport): string =>
  `${stepLabel(client.reached)}${client.way === 'http' ? ' (HTTP boot)' : ''}${client.boots > 1 ? `, boot ${client.boots}` : ''}`;

/** What a machine is called: its hardware address, else that it has none. */
export const machineName = (client: PxeClientReport): string => client.hardware_address ?? client.uuid ?? 'DHCPv6 only';
