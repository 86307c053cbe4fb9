import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixturesFolder } from "../delivery/adoption/fixtures";
import type { Layer } from "../layers/layers";
import type { Mock } from "../mock/server";
import { readStackFacts } from "../layers/stack-file";
import { parseState, type StateResource } from "../state/state-file";
import { readAppliedState } from "./applied-state";

/**
 * Attributes that differ between the committed states and an apply of today although the infrastructure is the same, by
 * resource type.
 */
const NOT_COMPARED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_lb: { dns_name: "numbered by the mock", zone_id: "made up by the mock", subnet_mapping: "a set, in any order" },
  aws_s3_bucket: { grant: "read only when the state is refreshed", versioning: "likewise" },
};

/**
 * Holds a layer's state on the mock against the committed state of what runs today: the same addresses and instance keys,
 * and the same attributes but for what AWS makes up (ids, addresses, dates).
 *
 * @param mock the mock
 * @param layer the layer
 * @returns every difference as one line; empty if the state stands for what runs today
 */
export async function differencesFromToday(mock: Mock, layer: Layer): Promise<readonly string[]> {
  const { key } = readStackFacts(layer);
  const applied = await readAppliedState(mock, layer);
  const here = attributesByAddress(applied?.resources ?? []);
  const file = join(fixturesFolder, key);
  const today = attributesByAddress(parseState(readFileSync(file, "utf8"), file).resources);
  return [...new Set([...here.keys(), ...today.keys()])].sort().flatMap((address) => {
    const [ours, theirs] = [here.get(address), today.get(address)];
    if (ours === undefined) return [`${address} is missing`];
    if (theirs === undefined) return [`${address} is not part of what runs today`];
    return attributeDifferences(address, ours, theirs);
  });
}

type Attributes = Readonly<Record<string, unknown>>;

function attributesByAddress(resources: readonly StateResource[]): ReadonlyMap<string, Attributes> {
  return new Map(
    resources.filter(({ mode }) => mode === "managed").map(({ address, attributes }) => [address, attributes]),
  );
}

function attributeDifferences(address: string, ours: Attributes, theirs: Attributes): readonly string[] {
  const type = /(aws_\w+)\./.exec(address)?.[1] ?? "";
  return Object.keys(theirs)
    .filter((name) => !Object.hasOwn(NOT_COMPARED[type] ?? {}, name))
    .filter((name) => comparable(ours[name]) !== comparable(theirs[name]))
    .map((name) => `${address} ${name}: ${comparable(ours[name])} instead of ${comparable(theirs[name])}`);
}

/** A value as text, with everything that AWS makes up replaced, and null, "" and empty lists alike. */
function comparable(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) => {
    if (Array.isArray(inner)) return inner.length === 0 ? null : sorted(inner);
    if (typeof inner === "string") return inner === "" ? null : withoutMadeUp(inner);
    if (typeof inner === "object" && inner !== null) {
      return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)));
    }
    return inner;
  });
}

/** Sets come in any order. */
function sorted(list: readonly unknown[]): readonly unknown[] {
  return [...list].sort((one, other) => (comparable(one) < comparable(other) ? -1 : 1));
}

function withoutMadeUp(text: string): string {
  if (text.startsWith("[{") || text.startsWith("{")) return comparable(parsed(text));
  return text
    .replace(/\b\d{1,3}([.-]\d{1,3}){3}\b/g, "<address>")
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<date>")
    .replace(/\b(AROA|AIDA)\w+/g, "<unique id>")
    .replace(/\b(srv|ns)-[a-z0-9]+/g, "$1-<id>")
    .replace(/\/hostedzone\/\w+/g, "<zone>")
    .replace(/\b\d{26}\b/g, "<id>")
    .replace(/[0-9a-f]{16,}/g, "<id>");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
