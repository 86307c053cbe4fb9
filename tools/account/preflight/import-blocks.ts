import type { ImportBlock } from "./finding";

/**
 * Import blocks to paste, layer by layer: beside the synthesized layer for one plan and apply, then removed again.
 *
 * @param imports what is taken over, at least one
 */
export function renderImports(imports: readonly ImportBlock[]): string {
  const layers = [...new Set(imports.map(({ layer }) => layer))].sort();
  return layers
    .map((layer) => {
      const blocks = imports.filter((one) => one.layer === layer).map(renderBlock);
      return [`# cdktf.out/stacks/${layer}/import.tf, for one plan and apply`, ...blocks].join("\n");
    })
    .join("\n\n");
}

function renderBlock({ to, id }: ImportBlock): string {
  return `import {\n  to = ${to}\n  id = ${JSON.stringify(id)}\n}`;
}
