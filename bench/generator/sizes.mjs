/**
 * @param {string} text such as 300k, 1M, 2000M
 * @returns {number}
 */
export function parseSize(text) {
  const match = /^(\d+)([kM]?)$/.exec(text);
  if (!match) throw new Error(`"${text}" is no number of packets; write 300k or 1M`);
  return Number(match[1]) * { '': 1, k: 1e3, M: 1e6 }[/** @type {'' | 'k' | 'M'} */ (match[2])];
}

/** @param {number} packets */
export function sizeName(packets) {
  if (packets % 1e6 === 0) return `${packets / 1e6}M`;
  return packets % 1000 === 0 ? `${packets / 1000}k` : `${packets}`;
}
