/** Counts the packets and bytes of a pcap file with the npm package pcap-parser. */
const name = 'pcap-parser';
const { default: pcapParser } = await import(name);

let packets = 0;
let bytes = 0;
pcapParser
  .parse(process.argv[2])
  .on('packet', (/** @type {{ header: { originalLength: number } }} */ { header }) => {
    packets++;
    bytes += header.originalLength;
  })
  .on('end', () => process.stdout.write(`${packets} packets, ${bytes} bytes\n`))
  .on('error', (/** @type {Error} */ error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
