// The package `cap` on an interface: cap-receiver.cjs FOLDER_OF_NODE_MODULES INTERFACE. Prints the packets once standard input ends.
const { createRequire } = require('node:module');
const { join } = require('node:path');

const { Cap } = createRequire(join(process.argv[2], 'package.json'))('cap');
const cap = new Cap();
const buffer = Buffer.alloc(65_536);
let packets = 0;
cap.open(process.argv[3], 'udp port 7777', 32 * 1024 * 1024, buffer);
cap.setMinBytes?.(0);
cap.on('packet', () => {
  packets++;
});
console.log('ready');
process.stdin.on('end', () => {
  console.log(packets);
  process.exit(0);
});
process.stdin.resume();
