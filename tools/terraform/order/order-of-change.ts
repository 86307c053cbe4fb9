import type { PlanJson, PlanResource } from "../plan-json";
import { effectsOf, mentionsAny, type Effect } from "./effects";
import { Graph } from "./graph";

/** A planned layer, as far as its place in the order goes. */
export interface PlannedLayer {
  readonly id: string;
  /** Ids of the layers that it is declared to come after. */
  readonly dependencies: readonly string[];
  readonly plan: PlanJson;
  /** Layers on whose planned outputs the plan stands: these come before it. */
  readonly standsOn: readonly string[];
}

/** Part of a layer's plan that a step applies. */
export type StepPart = "all" | "all but deletions" | "deletions";

/** One step of an apply: a layer, or a part of one. */
export interface OrderStep {
  /** The layer's id, and for its deletions `<layer>, deletions`. */
  readonly id: string;
  readonly layer: string;
  readonly part: StepPart;
  /** Steps that must be done before it. */
  readonly after: readonly string[];
  /** Reasons why it waits for layers that are declared to come after it, one sentence a layer; empty if it does not. */
  readonly because: readonly string[];
}

/** Conflicts that no order can solve. */
export interface OrderWarning {
  readonly layer: string;
  /** A sentence or two. */
  readonly text: string;
}

/** The order of a change. */
export interface ChangeOrder {
  /** Each after all that it waits for. */
  readonly steps: readonly OrderStep[];
  /** Uses of what is deleted or replaced by something that goes on using it: the plans contradict each other. */
  readonly warnings: readonly OrderWarning[];
  /** Removals that come before the change of their user, since that needs an addition of the same step. */
  readonly notes: readonly OrderWarning[];
}

/** Name of the step that deletes what a layer gives up. */
export function deletionsOf(layer: string): string {
  return `${layer}, deletions`;
}

/**
 * Works out in which order the plans of a change are applied. What adds comes before what uses it. What takes away
 * something that a later layer uses until it is changed comes after that layer. A layer that must do both is split: all but
 * its deletions first, the deletions at the end. Where nothing says otherwise, a layer that only takes away comes last and
 * any other in the declared order.
 *
 * @param layers the planned layers, in the declared order
 */
export function orderOfChange(layers: readonly PlannedLayer[]): ChangeOrder {
  return new Ordering(layers).order();
}

/** A reason why one layer comes before or after a later one. */
interface Link {
  readonly earlier: string;
  readonly later: string;
  readonly because: string;
}

class Ordering {
  private readonly graph: Graph;
  private readonly split = new Set<string>();
  /** By step, then by the layer that it waits for. */
  private readonly reasons = new Map<string, Map<string, string[]>>();
  private readonly warnings: OrderWarning[] = [];
  private readonly early: (Link & { readonly address: string })[] = [];
  private readonly effects: ReadonlyMap<string, readonly Effect[]>;
  private readonly laterOf: ReadonlyMap<string, readonly PlannedLayer[]>;

  constructor(private readonly layers: readonly PlannedLayer[]) {
    this.graph = new Graph(layers.map(({ id }) => id));
    this.effects = new Map(layers.map(({ id, plan }) => [id, effectsOf(plan)]));
    this.laterOf = new Map(layers.map(({ id }) => [id, layersAfter(layers, id)]));
  }

  order(): ChangeOrder {
    for (const [earlier, later] of this.pairs()) if (this.adds(earlier, later)) this.graph.add(earlier.id, later.id);
    for (const [earlier, later] of this.pairs()) this.takeAwayAfter(earlier, later);
    for (const [earlier, later] of this.pairs()) this.fillIn(earlier, later);
    const steps = this.graph.sorted().map((id) => this.stepOf(id));
    return { steps, warnings: this.warnings, notes: this.notes() };
  }

  /** Each layer with each that comes after it, as declared, directly or not. */
  private pairs(): readonly (readonly [PlannedLayer, PlannedLayer])[] {
    return this.layers.flatMap((earlier) =>
      (this.laterOf.get(earlier.id) ?? []).map((later) => [earlier, later] as const),
    );
  }

  /** Tests if the later layer needs what the plan of the earlier one adds. */
  private adds(earlier: PlannedLayer, later: PlannedLayer): boolean {
    if (later.standsOn.includes(earlier.id)) return true;
    return this.effectsOf(earlier, "adds").some(({ own, parents }) => {
      const names = [...own, ...parents];
      return changesIn(later).some(({ change }) => mentionsAny(change.after, names));
    });
  }

  private takeAwayAfter(earlier: PlannedLayer, later: PlannedLayer): void {
    for (const effect of this.effectsOf(earlier, "takes away")) {
      const user = userOf(effect, later);
      if (user === undefined) continue;
      const taken = `${effect.address} is ${effect.verb}`;
      const because = `${taken}, and ${user.address} of ${later.id} uses it until it is changed`;
      const link = { earlier: earlier.id, later: later.id, because };
      if (user.goesOn) {
        this.warnings.push({
          layer: earlier.id,
          text: `${taken}, and ${user.address} of ${later.id} goes on using it`,
        });
      } else if (!this.putAfter(link, effect.separable)) this.early.push({ ...link, address: effect.address });
    }
  }

  /** @returns false when the earlier layer must come first, and what it takes away cannot be split off */
  private putAfter(link: Link, separable: boolean): boolean {
    const { earlier, later } = link;
    if (!(separable && this.split.has(earlier))) {
      if (this.graph.addUnlessCircle(later, earlier)) {
        this.explain(earlier, link);
        return true;
      }
      if (!separable) return false;
      this.splitOff(earlier);
    }
    this.graph.add(later, deletionsOf(earlier));
    this.explain(deletionsOf(earlier), link);
    return true;
  }

  private splitOff(layer: string): void {
    this.split.add(layer);
    this.graph.insert(deletionsOf(layer));
    this.graph.add(layer, deletionsOf(layer));
  }

  /** Order where no reason is known: deletions last, all else as declared. */
  private fillIn(earlier: PlannedLayer, later: PlannedLayer): void {
    if (this.split.has(earlier.id)) this.graph.addUnlessCircle(later.id, deletionsOf(earlier.id));
    const effects = this.effects.get(earlier.id) ?? [];
    const onlyTakesAway = effects.length > 0 && effects.every(({ kind }) => kind === "takes away");
    if (onlyTakesAway && this.graph.addUnlessCircle(later.id, earlier.id)) return;
    this.graph.addUnlessCircle(earlier.id, later.id);
  }

  private explain(step: string, { later, because }: Link): void {
    const reasons = this.reasons.get(step) ?? new Map<string, string[]>();
    reasons.set(later, [...(reasons.get(later) ?? []), because]);
    this.reasons.set(step, reasons);
  }

  private notes(): readonly OrderWarning[] {
    const pairs = new Set(this.early.map(({ earlier, later }) => JSON.stringify([earlier, later])));
    return [...pairs].map((pair) => {
      const links = this.early.filter(({ earlier, later }) => JSON.stringify([earlier, later]) === pair);
      const { earlier, later } = links[0] ?? { earlier: "", later: "" };
      const addresses = [...new Set(links.map(({ address }) => address))].join(", ");
      return {
        layer: earlier,
        text:
          `${addresses}: what is taken away here goes before ${later} is changed, since ${later} also needs what ${earlier} ` +
          "adds. To interrupt nothing, add the new beside the old in one change, and take the old away in a later one",
      };
    });
  }

  private effectsOf({ id }: PlannedLayer, kind: Effect["kind"]): readonly Effect[] {
    return (this.effects.get(id) ?? []).filter((effect) => effect.kind === kind);
  }

  private stepOf(id: string): OrderStep {
    const split = [...this.split].find((layer) => deletionsOf(layer) === id);
    return {
      id,
      layer: split ?? id,
      part: split !== undefined ? "deletions" : this.split.has(id) ? "all but deletions" : "all",
      after: this.graph.before(id),
      because: [...(this.reasons.get(id) ?? new Map<string, string[]>()).values()].map(inShort),
    };
  }
}

function inShort([first = "", ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} (and ${more.length} more like it)`;
}

/** The layers that are declared to come after one, directly or not. */
function layersAfter(layers: readonly PlannedLayer[], id: string): readonly PlannedLayer[] {
  const after = new Set([id]);
  for (let size = 0; size !== after.size;) {
    size = after.size;
    for (const layer of layers) if (layer.dependencies.some((one) => after.has(one))) after.add(layer.id);
  }
  return layers.filter((layer) => layer.id !== id && after.has(layer.id));
}

function changesIn({ plan }: PlannedLayer): readonly PlanResource[] {
  return plan.resource_changes.filter(
    ({ mode, change }) => mode === "managed" && !change.actions.every((action) => action === "no-op"),
  );
}

/**
 * The resource of a later layer that uses what is taken away, as that layer is now.
 *
 * @returns undefined when there is none; `goesOn`: it still uses it as planned
 */
function userOf(
  effect: Effect,
  later: PlannedLayer,
): { readonly address: string; readonly goesOn: boolean } | undefined {
  const changed = changesIn(later);
  const named = (names: readonly string[]) => changed.filter(({ change }) => mentionsAny(change.before, names));
  const leaving = named(effect.own).find(
    ({ change }) => effect.verb === "narrowed" || !mentionsAny(change.after, effect.own),
  );
  if (leaving !== undefined) return { address: leaving.address, goesOn: false };
  const staying = later.plan.resource_changes.find(
    ({ mode, change }) => mode === "managed" && effect.verb !== "narrowed" && mentionsAny(change.after, effect.own),
  );
  if (staying !== undefined) return { address: staying.address, goesOn: true };
  const [ofParent] = named(effect.parents);
  return ofParent === undefined ? undefined : { address: ofParent.address, goesOn: false };
}
