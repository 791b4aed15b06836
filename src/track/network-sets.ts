/** Sets of networks that are one; a network goes by the number that separates it from others (`separationOf`). */
export class NetworkSets {
  readonly #parents = new Map<number, number>();

  /** The number that stands for the set. */
  of(separation: number): number {
    let root = separation;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root)) root = parent;
    return root;
  }

  join(a: number, b: number): void {
    const from = this.of(a);
    const to = this.of(b);
    if (from !== to) this.#parents.set(from, to);
  }
}
