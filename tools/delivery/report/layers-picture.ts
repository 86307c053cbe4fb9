import { anchor, escapeHtml } from "./html-text";
import { effectWords, type LeftOutLayer, type ReportedLayer } from "./plan-report";

const BOX = { width: 176, height: 52 } as const;
const GAP = { x: 56, y: 18 } as const;
const MARGIN = 4;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A box of the picture. */
interface Box {
  readonly layer: string;
  readonly dependencies: readonly string[];
  readonly classes: string;
  /** All that is to say of it, shown to who points at it. */
  readonly title: string;
  /** The line below its name. */
  readonly line: string;
}

/**
 * The layers as an SVG: a column a wave, an arrow to each layer that comes after, coloured by what happens in it. A layer
 * that is provisional has a dashed frame, one that is not planned a dotted one. Arrows that follow from others are left out.
 */
export function layersPicture(planned: readonly ReportedLayer[], leftOut: readonly LeftOutLayer[]): string {
  const layers = [...planned.map(plannedBox), ...leftOut.map(leftOutBox)].sort((a, b) => (a.layer < b.layer ? -1 : 1));
  const depth = depths(layers);
  const columns = Math.max(0, ...depth.values()) + 1;
  const rows = Math.max(
    ...Array.from({ length: columns }, (_, column) => [...depth.values()].filter((d) => d === column).length),
    1,
  );
  const height = rows * (BOX.height + GAP.y) - GAP.y + 2 * MARGIN;
  const width = columns * (BOX.width + GAP.x) - GAP.x + 2 * MARGIN;
  const places = placesOf(layers, depth, height);
  const arrows = arrowsOf(layers).map(([from, to]) => arrow(places.get(from), places.get(to)));
  const boxes = layers.map((layer) => box(layer, places.get(layer.layer) ?? { x: 0, y: 0 }));
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Layers and what happens in them"><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>${arrows.join("")}${boxes.join("")}</svg>`;
}

/** For each layer, how many waves come before it. */
function depths(layers: readonly Box[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const byId = new Map(layers.map((layer) => [layer.layer, layer]));
  const depthOf = (id: string): number => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const before = (byId.get(id)?.dependencies ?? []).filter((one) => byId.has(one));
    const depth = before.length === 0 ? 0 : 1 + Math.max(...before.map(depthOf));
    found.set(id, depth);
    return depth;
  };
  for (const { layer } of layers) depthOf(layer);
  return found;
}

function placesOf(
  layers: readonly Box[],
  depth: ReadonlyMap<string, number>,
  height: number,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const column of new Set(depth.values())) {
    const members = layers.filter(({ layer }) => depth.get(layer) === column);
    const used = members.length * (BOX.height + GAP.y) - GAP.y;
    members.forEach(({ layer }, index) => {
      places.set(layer, {
        x: MARGIN + column * (BOX.width + GAP.x),
        y: (height - used) / 2 + index * (BOX.height + GAP.y),
      });
    });
  }
  return places;
}

function arrowsOf(layers: readonly Box[]): readonly (readonly [string, string])[] {
  const byId = new Map(layers.map((layer) => [layer.layer, layer]));
  const ancestors = (id: string): ReadonlySet<string> => {
    const before = (byId.get(id)?.dependencies ?? []).filter((one) => byId.has(one));
    return new Set([...before, ...before.flatMap((one) => [...ancestors(one)])]);
  };
  return layers.flatMap(({ layer, dependencies }) => {
    const before = dependencies.filter((one) => byId.has(one));
    const direct = before.filter((one) => !before.some((other) => other !== one && ancestors(other).has(one)));
    return direct.map((one) => [one, layer] as const);
  });
}

function arrow(from: Place | undefined, to: Place | undefined): string {
  if (from === undefined || to === undefined) return "";
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = Math.min((x2 - x1) / 2, GAP.x);
  return `<path class="edge" marker-end="url(#tip)" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`;
}

function plannedBox(layer: ReportedLayer): Box {
  const { dependencies, effect, provisional } = layer;
  const reason = provisional === undefined ? "" : `; provisional until ${provisional.upstream.join(", ")} is applied`;
  return {
    layer: layer.layer,
    dependencies,
    classes: `${effect}${provisional === undefined ? "" : " provisional"}`,
    title: `${effectWords[effect]}${reason}`,
    line: countsText(layer),
  };
}

function leftOutBox({ layer, dependencies, status, reason }: LeftOutLayer): Box {
  return { layer, dependencies, classes: "left-out", title: `${status}: ${reason}`, line: status };
}

function box({ layer, classes, title, line }: Box, { x, y }: Place): string {
  const name = escapeHtml(layer);
  return `<a href="#${anchor(layer)}" class="${classes}"><title>${name}: ${escapeHtml(title)}</title><rect class="frame" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/><rect class="bar" x="${x}" y="${y}" width="7" height="${BOX.height}" rx="3"/><text x="${x + 16}" y="${y + 22}">${name}</text><text class="sub" x="${x + 16}" y="${y + 40}">${line}</text></a>`;
}

function countsText({ counts, effect }: ReportedLayer): string {
  const parts: [string, number][] = [
    ["+", counts.create],
    ["~", counts.update],
    ["±", counts.replace],
    ["−", counts.delete + counts.forget + counts.unknown],
    ["→", counts.moved],
    ["←", counts.imported],
  ];
  const shown = parts.filter(([, count]) => count > 0).map(([sign, count]) => `${sign}${count}`);
  return shown.length === 0 ? effectWords[effect] : shown.join(" · ");
}
