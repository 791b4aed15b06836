import { CaptureBuffer } from './capture-buffer.mjs';
import { Frames } from './frames.mjs';
import { formatOf, INPUTS } from './inputs.mjs';
import { Random } from './random.mjs';
import { Stack } from './stack.mjs';

const SEED = 20_250_602;

/**
 * Writes an input, window by window.
 *
 * @param {string} name
 * @param {import('./inputs.mjs').Options} options
 * @param {import('./sinks.mjs').Sink} sink
 * @returns {Promise<{ packets: number, bytes: number, connections: number }>} bytes of frames, as on the wire
 */
export async function generateInput(name, options, sink) {
  const input = INPUTS[name];
  const capture = new CaptureBuffer(formatOf(name));
  const traffic = input.traffic(new Frames(capture, new Stack(input.stack)), new Random(SEED), options);
  let more = true;
  while (more && capture.frames < options.packets) {
    while (!capture.full && capture.frames < options.packets && more) more = traffic.next();
    const written = sink.write(capture.filled());
    if (written) await written;
    capture.reset();
  }
  await sink.end();
  return { packets: capture.frames, bytes: capture.frameBytes, connections: traffic.opened };
}
