/** An instruction of a Dockerfile; its name in upper case. */
export interface Instruction {
  readonly name: string;
  /** The words after it: the elements of a JSON array, or the text split at spaces. */
  readonly words: readonly string[];
  /** True if the words were given as a JSON array, which runs without a shell. */
  readonly isExecForm: boolean;
}

/** A Dockerfile, as far as it decides what a container runs. */
export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  /** Image that it is built from, `grafana/tempo:${VERSION}`. */
  readonly from: string;
  /** Build arguments with their default, if they have one. */
  readonly args: ReadonlyMap<string, string | undefined>;
  /** Variables that the image itself sets. */
  readonly environment: ReadonlyMap<string, string>;
  /** File or folder in the build context -> path in the image. */
  readonly copies: readonly { readonly source: string; readonly target: string }[];
  /** Arguments of the entrypoint. */
  readonly command: readonly string[];
  /** Ports that it says it uses. */
  readonly exposedPorts: readonly number[];
}

/**
 * Reads a Dockerfile of one stage.
 *
 * @param text its text
 */
export function parseDockerfile(text: string): Dockerfile {
  const instructions = instructionsOf(text);
  const all = (name: string) => instructions.filter((instruction) => instruction.name === name);
  return {
    instructions,
    from: all("FROM").at(-1)?.words[0] ?? "",
    args: new Map(all("ARG").flatMap(({ words }) => words.map(assignment))),
    environment: new Map(
      all("ENV").flatMap(({ words }) => words.map(assignment).map(([key, value = ""]) => [key, value] as const)),
    ),
    copies: all("COPY").flatMap(({ words }) => copiesOf(words.filter((word) => !word.startsWith("--")))),
    command: all("CMD").at(-1)?.words ?? [],
    exposedPorts: all("EXPOSE").flatMap(({ words }) => words.map((word) => Number.parseInt(word, 10))),
  };
}

function instructionsOf(text: string): readonly Instruction[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\\s*\n/g, " ")
    .split("\n")
    .map((line) => /^\s*([A-Za-z]+)\s+(.*\S)\s*$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = "", rest = ""]) => {
      const array = jsonArray(rest);
      return { name: name.toUpperCase(), words: array ?? wordsOf(rest), isExecForm: array !== undefined };
    });
}

function jsonArray(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    // As Docker does: what is no JSON is a shell command.
    return undefined;
  }
}

/** Splits at spaces outside of double quotes. */
function wordsOf(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"|\S)+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
}

function assignment(word: string): readonly [key: string, value: string | undefined] {
  const sign = word.indexOf("=");
  return sign === -1 ? [word, undefined] : [word.slice(0, sign), word.slice(sign + 1)];
}

function copiesOf(words: readonly string[]): readonly { readonly source: string; readonly target: string }[] {
  const target = words.at(-1) ?? "";
  return words.slice(0, -1).map((source) => ({ source: source.replace(/^\.\//, ""), target }));
}
