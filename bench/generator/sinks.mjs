import { closeSync, createWriteStream, openSync, renameSync, writeSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * Where windows of a capture go. `write` is done with the bytes when it returns, or when its promise resolves.
 *
 * @typedef {object} Sink
 * @property {(bytes: Buffer) => Promise<void> | void} write
 * @property {() => Promise<void> | void} end
 */

/**
 * A file that appears when it is whole.
 *
 * @param {string} path
 * @returns {Sink}
 */
export function fileSink(path) {
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w');
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    },
    end() {
      closeSync(fd);
      renameSync(partial, path);
    },
  };
}

/**
 * @param {string} path
 * @returns {Sink}
 */
export function gzipSink(path) {
  const partial = `${path}.partial`;
  const gzip = createGzip({ level: 6 });
  const file = gzip.pipe(createWriteStream(partial));
  const stream = streamSink(gzip);
  return {
    write: stream.write,
    async end() {
      gzip.end();
      await finished(file);
      renameSync(partial, path);
    },
  };
}

/**
 * @param {NodeJS.WritableStream} stream stays open
 * @returns {Sink}
 */
export function streamSink(stream) {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve()))),
    end() {},
  };
}
