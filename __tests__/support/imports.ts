import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const ROOT = join(__dirname, "../..");

/** Folders and files at the root that hold sources; all others hold none, or are tests. */
const SOURCES = ["main.ts", "common.config.ts", "modules", "stacks", "checks", "tools", "experiments"];

/** An import, `import(…)`, `require(…)`, or a call of what `createRequire` made, of a file of the project. */
const SPECIFIER = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire\(\s*|\bload\(\s*)"(\.[^"]+)"/g;

/** Reads which files of the project each source file imports, types included; all paths from the root. */
export function readImports(): ReadonlyMap<string, readonly string[]> {
  const files = SOURCES.flatMap(filesBelow);
  return new Map(files.map((file) => [file, importsOf(file, new Set(files))]));
}

function filesBelow(path: string): readonly string[] {
  if (/\.(ts|mts|mjs|js)$/.test(path)) return [path];
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(inner);
    return /\.(ts|mts|mjs|js)$/.test(entry.name) ? [inner] : [];
  });
}

function importsOf(file: string, files: ReadonlySet<string>): readonly string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(SPECIFIER)].map(([, specifier = ""]) => {
    const path = normalize(join(dirname(file), specifier));
    return files.has(`${path}.ts`) ? `${path}.ts` : path;
  });
}

/**
 * Finds the circles of a graph: groups of nodes that reach each other.
 *
 * @param graph node -> nodes that it leads to
 */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const reach = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const rest = [...(graph.get(start) ?? [])];
    for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      rest.push(...(graph.get(node) ?? []));
    }
    return seen;
  };
  const reached = new Map([...graph.keys()].map((node) => [node, reach(node)]));
  const inCircles = [...graph.keys()].filter((node) => reached.get(node)?.has(node));
  const circles = inCircles.map((node) =>
    inCircles.filter((other) => reached.get(node)?.has(other) && reached.get(other)?.has(node)),
  );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}
