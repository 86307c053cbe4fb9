import type { Releases } from "../../../modules/services/releases";
import type { LayerId } from "../../../stacks/outputs";
import type { SynthesizedLayer } from "../../../stacks/platform-json";
import type { Answer } from "../ask";
import type { LayerState } from "../../state/layer-state";
import type { StateSession } from "../../state/session";
import type { Finding } from "./finding";
import type { PreflightClients } from "./preflight-clients";

/** The state of a layer; `no bucket` where not even the bucket of the state is there. */
export type KnownState = LayerState | "no bucket";

/** All that a check looks at. */
export interface PreflightContext {
  readonly session: StateSession;
  readonly clients: PreflightClients;
  readonly releases: Releases;
  /** Layers that an apply would make, in memory. */
  readonly platform: readonly SynthesizedLayer[];
  readonly states: ReadonlyMap<LayerId, Answer<KnownState>>;
}

/** One check: what it takes, as IAM writes it, and what it does. It does not throw for what AWS denies. */
export interface PreflightCheck {
  readonly actions: readonly string[];
  readonly run: (context: PreflightContext) => Promise<readonly Finding[]>;
}

/**
 * Tests if a layer was ever applied.
 *
 * @returns undefined if its state could not be read
 */
export function isApplied({ states }: PreflightContext, layer: LayerId): boolean | undefined {
  const state = states.get(layer);
  if (state?.known !== true) return undefined;
  return state.value !== "no bucket" && (state.value.stored?.file.resources.length ?? 0) > 0;
}

/**
 * The managed resources of a kind in the states of all layers.
 *
 * @param type Terraform's type, `aws_vpc`
 * @returns ids; undefined if a state could not be read
 */
export function managedIds({ states }: PreflightContext, type: string): readonly string[] | undefined {
  const ids: string[] = [];
  for (const state of states.values()) {
    if (!state.known) return undefined;
    if (state.value === "no bucket") continue;
    const resources = state.value.stored?.file.resources ?? [];
    const managed = resources.filter(({ mode, address }) => mode === "managed" && typeOf(address) === type);
    ids.push(...managed.map(({ id }) => id ?? ""));
  }
  return ids;
}

/** `module.vpc.aws_eip.nat[0]` is an `aws_eip`. */
function typeOf(address: string): string {
  return /(?:^|\.)(aws_\w+)\.[^.]+(?:\[[^\]]*\])?$/.exec(address)?.[1] ?? "";
}
