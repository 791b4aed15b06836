/** Conversations made around payloads: the parts of the program that read what DHCP, DNS, TFTP, TLS, HTTP and RPC say see them as on the wire. */
import { type BuildFrame, pcap } from '../capture/support/build.ts';
import { SAMPLES } from '../decode/samples.ts';
import { tcp, udp } from '../track/frames.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

/** Ports whose payloads are read, and some that are not. */
const UDP_PORTS = [53, 67, 68, 69, 4011, 546, 547, 5353, 5355, 123, 137, 50_000];
const TCP_PORTS = [53, 80, 135, 443, 445, 389, 636, 8530, 49_664];
const LINKTYPE_RAW = 101;
const CLIENT = '10.0.0.1';
const SERVERS = ['10.0.0.2', '10.0.0.3', '255.255.255.255'];

/** Beginnings that make a reader believe in its protocol; what follows is noise or a part of a capture. */
const BEGINNINGS: readonly string[] = [
  // BOOTP request and reply with the cookie at 236 come from captures; here what is short.
  '00016f732f626f6f742e77696d006f63746574007473697a65003000626c6b73697a65003134353600',
  '0003000100000000',
  '00040001',
  '0006626c6b73697a650031343536007473697a65003130303000',
  '000500016e6f7400',
  '0001000000010000000000000377777707636f6e746f736f03636f6d0000010001',
  'abcd81800001000100000000037777770263300c0000010001c00c000100010000003c00040a000001',
  '01020304010000010000000000000000',
  '1603010200010001fc0303',
  '474554202f20485454502f312e310d0a486f73743a2077737573',
  '05000b0310000000480000000100000000000000d016d016000000000100000000000100',
  '050002031000000098000000010000008000000000000000',
  '0500000310000000780000000100000060000000000003000000000000',
];

/** @param taken frames of captures, to take payloads from */
export function conversations(random: Random, taken: readonly Uint8Array[]): Uint8Array {
  const frames: BuildFrame[] = [];
  let time = 0;
  const push = (frame: { bytes: Uint8Array; seconds: number; nanoseconds: number }): void => {
    frames.push({ data: frame.bytes, seconds: frame.seconds, fraction: Math.floor(frame.nanoseconds / 1000) });
  };
  for (let count = random.between(1, 8); count > 0; count--) {
    const isUdp = random.once(2);
    const port = random.once(20) ? random.below(65_536) : random.pick(isUdp ? UDP_PORTS : TCP_PORTS);
    const destination = random.pick(SERVERS);
    const client = random.once(3) ? port : random.between(1024, 65_535);
    const ends = { source: CLIENT, destination, sourcePort: client, destinationPort: port };
    const back = { source: destination, destination: CLIENT, sourcePort: port, destinationPort: client };
    if (isUdp) {
      for (let turn = random.between(1, 6); turn > 0; turn--) {
        time += random.below(2000) / 1000;
        push(udp({ ...(random.once(2) ? ends : back), time }, payload(random, taken)));
      }
      continue;
    }
    push(tcp({ ...ends, flags: 'S', sequence: 100, time }));
    push(tcp({ ...back, flags: 'SA', sequence: 500, acknowledgment: 101, time: time + 0.001 }));
    let [sent, received] = [101, 501];
    for (let turn = random.between(1, 8); turn > 0; turn--) {
      time += random.below(500) / 1000;
      const content = payload(random, taken);
      if (random.once(2)) {
        push(tcp({ ...ends, flags: 'PA', sequence: sent, acknowledgment: received, time }, content));
        sent += content.length;
      } else {
        push(tcp({ ...back, flags: 'PA', sequence: received, acknowledgment: sent, time }, content));
        received += content.length;
      }
    }
    if (random.once(2)) push(tcp({ ...ends, flags: random.pick(['FA', 'RA', 'R']), sequence: sent, time }));
  }
  return pcap(frames, { linkType: LINKTYPE_RAW });
}

function payload(random: Random, taken: readonly Uint8Array[]): Uint8Array {
  const kind = random.below(4);
  if (kind === 0) return mutate(new Uint8Array(Buffer.from(random.pick(BEGINNINGS), 'hex')), random, random.below(4));
  if (kind === 1) {
    const beginning = Buffer.from(random.pick(BEGINNINGS), 'hex');
    return new Uint8Array(Buffer.concat([beginning, random.bytes(random.below(300))]));
  }
  if (kind === 2 && taken.length > 0) {
    // Ethernet, IPv4 and UDP or TCP: most payloads begin at 42, 54 or 66.
    const frame = random.pick(taken);
    return mutate(frame.subarray(random.pick([42, 54, 58, 62, 66])), random, random.below(6)).slice(0, 1400);
  }
  return random.bytes(random.below(100));
}

/** Frames of any link type with any damage, one interface for each. */
export function frames(random: Random, taken: readonly Uint8Array[]): { linkType: number; bytes: Uint8Array }[] {
  return Array.from({ length: random.between(1, 12) }, () => {
    const sample = random.pick(SAMPLES);
    const isTaken = taken.length > 0 && random.once(3);
    const bytes = mutate(isTaken ? random.pick(taken) : sample.bytes, random, random.below(5));
    const linkType = random.once(8) ? random.below(300) : isTaken ? 1 : sample.linkType;
    // A header in a header, as far as it goes.
    const nested = random.once(4) ? new Uint8Array(Buffer.concat([sample.bytes, bytes])) : bytes;
    return { linkType, bytes: nested };
  });
}
