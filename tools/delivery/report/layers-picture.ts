import { anchor, effectWords, escapeHtml } from "./html-text";
import type { ReportedLayer } from "./plan-report";

const BOX = { width: 176, height: 52 } as const;
const GAP = { x: 56, y: 18 } as const;
const MARGIN = 4;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The layers as an SVG: a column a wave, an arrow to each layer that comes after, coloured by what happens in it. A layer
 * that is provisional has a dashed frame. Arrows that follow from others are left out.
 */
export function layersPicture(layers: readonly ReportedLayer[]): string {
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
function depths(layers: readonly ReportedLayer[]): ReadonlyMap<string, number> {
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
  layers: readonly ReportedLayer[],
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

function arrowsOf(layers: readonly ReportedLayer[]): readonly (readonly [string, string])[] {
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

function box(layer: ReportedLayer, { x, y }: Place): string {
  const classes = `${layer.effect}${layer.provisional === undefined ? "" : " provisional"}`;
  const name = escapeHtml(layer.layer);
  return `<a href="#${anchor(layer.layer)}" class="${classes}"><title>${name}: ${effectWords[layer.effect]}</title><rect class="frame" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/><rect class="bar" x="${x}" y="${y}" width="7" height="${BOX.height}" rx="3"/><text x="${x + 16}" y="${y + 22}">${name}</text><text class="sub" x="${x + 16}" y="${y + 40}">${countsText(layer)}</text></a>`;
}

function countsText({ counts, effect }: ReportedLayer): string {
  const parts: [string, number][] = [
    ["+", counts.create],
    ["~", counts.update],
    ["±", counts.replace],
    ["−", counts.delete + counts.forget],
    ["→", counts.moved],
  ];
  const shown = parts.filter(([, count]) => count > 0).map(([sign, count]) => `${sign}${count}`);
  return shown.length === 0 ? effectWords[effect] : shown.join(" · ");
}
