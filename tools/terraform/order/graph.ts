/** Steps and which of them come before which, without a circle. */
export class Graph {
  private readonly earlier = new Map<string, Set<string>>();

  /** @param ids the steps, in the order that is kept where nothing says otherwise */
  constructor(ids: readonly string[]) {
    for (const id of ids) this.insert(id);
  }

  /** Adds a step. */
  insert(id: string): void {
    this.earlier.set(id, new Set());
  }

  /**
   * Puts one step before another.
   * @throws Error if that makes a circle
   */
  add(before: string, after: string): void {
    if (!this.addUnlessCircle(before, after))
      throw new Error(`${before} cannot come before ${after}: it comes after it`);
  }

  /** @returns false, and adds nothing, if that makes a circle */
  addUnlessCircle(before: string, after: string): boolean {
    if (this.comesBefore(after, before)) return false;
    this.earlier.get(after)?.add(before);
    return true;
  }

  /** The steps that come right before one: those that none of the others already waits for. */
  before(id: string): readonly string[] {
    const all = [...(this.earlier.get(id) ?? [])];
    return all.filter((one) => !all.some((other) => other !== one && this.comesBefore(one, other))).sort();
  }

  /** All steps, each after those that come before it. */
  sorted(): readonly string[] {
    const done = new Set<string>();
    while (done.size < this.earlier.size) {
      const next = [...this.earlier].find(
        ([id, earlier]) => !done.has(id) && [...earlier].every((one) => done.has(one)),
      );
      if (next === undefined) throw new Error("the steps form a circle");
      done.add(next[0]);
    }
    return [...done];
  }

  private comesBefore(first: string, second: string): boolean {
    const found = new Set([second]);
    for (const id of found) for (const one of this.earlier.get(id) ?? []) found.add(one);
    return found.has(first);
  }
}
