/** A rollout by hand: machines that boot from the network, most of which never get their file. */
import type { PxeClientReport, PxeStepReport, Report } from '../../../src/assess/types.ts';
import { clear } from '../sample.ts';

const DHCP = '10.20.0.16';
const DP = '10.20.0.12';
const EVERYBODY = '255.255.255.255';

export function rollout(machines: number): Report {
  const pxe_clients = Array.from({ length: machines }, (_, i) => machine(i));
  const host = { roles: [], known_by: 'host', connections_as_client: 0, connections_as_server: machines };
  return {
    ...clear,
    endpoints: [
      { ...host, ip: DHCP, name: 'DHCP01' },
      { ...host, ip: DP, name: 'DP01' },
    ],
    pxe_clients,
  };
}

function machine(i: number): PxeClientReport {
  const ip = `10.1.${i >> 8}.${i & 255}`;
  const loaded = i % 50 === 49;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  const step = (
    since: number,
    from: string,
    to: string,
    message: string,
    result: string,
    port = 67,
  ): PxeStepReport => ({
    ts: `2026-03-02T09:00:0${Math.floor(since)}.000000Z`,
    since,
    frame: i * 10 + 1 + Math.round(since * 10),
    capture: 'rollout.pcap',
    src_ip: from,
    src_port: 68,
    dest_ip: to,
    dest_port: port,
    message,
    result,
  });
  return {
    hardware_address: `00:15:5d:00:${hex(i >> 8)}:${hex(i & 255)}`,
    uuid: null,
    architecture: 7,
    architecture_name: 'x64 UEFI',
    addresses: [ip],
    boots: 1,
    way: 'pxe',
    reached: loaded ? 'loaded' : 'tftp-request',
    times: loaded ? { discover: 0, loaded: 6 } : { discover: 0, 'tftp-request': 1.2 },
    boot_files: ['smsboot\\x64\\wdsmgfw.efi'],
    first_ts: '2026-03-02T09:00:00.000000Z',
    last_ts: '2026-03-02T09:00:09.000000Z',
    steps: [
      step(0, '0.0.0.0', EVERYBODY, 'DISCOVER', 'PXEClient:Arch:00007'),
      step(0.1, DHCP, EVERYBODY, 'OFFER', `address ${ip}, server ${DHCP}`),
      step(0.2, DP, EVERYBODY, 'proxy OFFER', `server ${DP}, PXEClient`),
      step(0.9, '0.0.0.0', EVERYBODY, 'REQUEST', `wants ${ip}, from ${DHCP}`),
      step(1, DHCP, EVERYBODY, 'ACK', `address ${ip}, server ${DHCP}`),
      step(1.1, ip, DP, 'REQUEST', 'PXEClient:Arch:00007', 4011),
      step(1.2, ip, DP, 'TFTP read smsboot\\x64\\wdsmgfw.efi', loaded ? 'complete, 31402 bytes' : 'no-answer', 69),
    ],
  };
}
