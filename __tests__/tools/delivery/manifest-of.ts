import { manifestFormat, planFiles, sha256Of, type Manifest } from "../../../tools/delivery/manifest";

/**
 * Manifest of a final plan for each layer, as `./lgtm plan` writes it.
 *
 * @param ids the layers
 */
export function manifestOf(...ids: readonly string[]): Manifest {
  return {
    format: manifestFormat,
    purpose: "apply",
    createdAt: "2026-01-16T05:30:00.000Z",
    commit: "1".repeat(40),
    dirty: false,
    profile: "target",
    scope: "some",
    tools: { terraform: "1.11.4", provider: "5.100.0" },
    order: {
      steps: ids.map((id) => ({ id, layer: id, part: "all", after: [], because: [] })),
      warnings: [],
      notes: [],
    },
    layers: ids.map((id) => ({
      id,
      dependencies: [],
      configurationSha256: sha256Of(`configuration of ${id}`),
      state: { bucket: "states", key: `${id}.tfstate`, lineage: `lineage of ${id}`, serial: 7 },
      provisional: null,
      applyable: true,
      plan: { file: planFiles(id).plan, sha256: sha256Of(`plan of ${id}`) },
      json: { file: planFiles(id).json, sha256: sha256Of(`JSON of ${id}`) },
    })),
    leftOut: [],
  };
}
