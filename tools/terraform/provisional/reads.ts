/** Outputs of one remote state that a layer's configuration uses. */
export interface OutputReads {
  /** True if every output counts as used, since the state's outputs are used as a whole. */
  readonly all: boolean;
  /** Names of used outputs, each with the keys by which it is indexed. */
  readonly outputs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of outputs that are used without a key somewhere. */
  readonly whole: ReadonlySet<string>;
}

/**
 * Finds which outputs of which remote states a layer's file uses.
 *
 * @param text the synthesized file, as text: expressions are strings in it, with quotes escaped once or twice
 * @returns by the name of the `data.terraform_remote_state`
 */
export function readsIn(text: string): ReadonlyMap<string, OutputReads> {
  const found = new Map<string, { all: boolean; outputs: Map<string, Set<string>>; whole: Set<string> }>();
  const pattern =
    /data\.terraform_remote_state\.([\w-]+)(?:\.outputs(?:\.([\w-]+)|\[\\*"([\w-]+)\\*"\])?(?:\[\\*"([^"\\]+)\\*"\])?)?/g;
  for (const [, name = "", dotted, quoted, key] of text.matchAll(pattern)) {
    const reads = found.get(name) ?? { all: false, outputs: new Map<string, Set<string>>(), whole: new Set<string>() };
    found.set(name, reads);
    const output = dotted ?? quoted;
    if (output === undefined) {
      reads.all = true;
      continue;
    }
    const keys = reads.outputs.get(output) ?? new Set<string>();
    reads.outputs.set(output, keys);
    if (key === undefined) reads.whole.add(output);
    else keys.add(key);
  }
  return found;
}
