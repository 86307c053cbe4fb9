import { visible } from "../terminal/visible-text";

/** A value that is known only once the plan is applied. */
export class Unknown {
  /** Describes itself where a value is printed. */
  toJSON(): string {
    return "(known after apply)";
  }
}

/** The one unknown value. */
export const UNKNOWN = new Unknown();

/** A value that is never printed. It can be compared with others all the same. */
export class Secret {
  readonly #raw: unknown;

  /**
   * @param raw the value in clear
   * @param shown what is printed in its place: parts of a text that are no secret may stay
   */
  constructor(
    raw: unknown,
    readonly shown = "(sensitive)",
  ) {
    this.#raw = raw;
  }

  /** The value's identity, for comparisons alone. */
  identity(): string {
    return rawText(this.#raw);
  }

  /** Describes itself where a value is printed. */
  toJSON(): string {
    return this.shown;
  }
}

/** A document: JSON in a string, such as a policy or container definitions. */
export class Document {
  /**
   * @param value what the text means
   * @param text the text itself
   */
  constructor(
    readonly value: PlanValue,
    readonly text: string,
  ) {}

  /** Describes itself where a value is printed. */
  toJSON(): PlanValue {
    return this.value;
  }
}

/** A value that Terraform marks as sensitive and that is shown all the same, since it is no secret. */
export class Marked {
  /** @param value the value, its secret parts masked */
  constructor(readonly value: PlanValue) {}

  /** Describes itself where a value is printed. */
  toJSON(): PlanValue {
    return this.value;
  }
}

/** A value of a plan, made safe to print. Undefined is absent. */
export type PlanValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | Unknown
  | Secret
  | Document
  | Marked
  | readonly PlanValue[]
  | { readonly [key: string]: PlanValue };

/** A value of a plan with names and values below it. */
export type PlanObject = Readonly<Record<string, PlanValue>>;

/** A place inside a list of a document, named by what identifies the element there (`name`, `Sid`). */
export interface Label {
  readonly label: string;
}

/** The way to a value: names, positions in lists, labels. */
export type Path = readonly (string | number | Label)[];

/** A place in which two values differ. */
export interface Difference {
  readonly path: Path;
  readonly before: PlanValue;
  readonly after: PlanValue;
}

/** Decides which elements of two lists are held against each other; undefined: the lists are compared as a whole. */
export type ListPairing = (
  before: readonly PlanValue[],
  after: readonly PlanValue[],
  inDocument: boolean,
) => readonly ListPair[] | undefined;

/** Two elements of lists; one of them may be absent. */
export interface ListPair {
  readonly key: number | Label;
  readonly before: PlanValue;
  readonly after: PlanValue;
}

/** Options of a comparison of two values. */
export interface WalkOptions {
  readonly pairLists: ListPairing;
  /** Takes two values for the same although they are not. @default - equal values alone */
  readonly isSame?: (before: PlanValue, after: PlanValue, path: Path) => boolean;
}

/** Values nested deeper than this are a text that nobody reads; Terraform's schemas and AWS's documents stay far below. */
export const DEEPEST = 200;

/**
 * Finds all places in which two values differ. It looks into documents, so that a policy is compared by its statements.
 *
 * @param before one value
 * @param after the other
 * @param options how lists are paired
 */
export function differencesBetween(before: PlanValue, after: PlanValue, options: WalkOptions): readonly Difference[] {
  const found: Difference[] = [];
  const isSame = options.isSame ?? (() => false);
  const walk = (path: Path, one: PlanValue, other: PlanValue, inDocument: boolean): void => {
    if (identity(one) === identity(other) || isSame(one, other, path)) return;
    const [a, b] = [bare(one), bare(other)];
    const inner = inDocument || isDocument(one) || isDocument(other);
    // Written or marked otherwise, and the same below: there is nothing to find.
    const isSameInside = (a !== one || b !== other) && meaning(one) === meaning(other);
    const children = isSameInside ? undefined : childrenOf(a, b, inner, options.pairLists);
    if (children === undefined) found.push({ path, before: one, after: other });
    else for (const { key, ...pair } of children) walkBelow([...path, key], pair, isList(a), inner);
  };
  const walkBelow = (path: Path, pair: Omit<Child, "key">, isElement: boolean, inDocument: boolean): void => {
    // An element that comes or goes is shown as one.
    const isAlone = isElement && (isAbsent(pair.before) || isAbsent(pair.after));
    if (isAlone && identity(pair.before) !== identity(pair.after)) found.push({ path, ...pair });
    else walk(path, pair.before, pair.after, inDocument);
  };
  walk([], before, after, false);
  return found;
}

interface Child {
  readonly key: string | number | Label;
  readonly before: PlanValue;
  readonly after: PlanValue;
}

function childrenOf(
  before: PlanValue,
  after: PlanValue,
  inDocument: boolean,
  pairLists: ListPairing,
): readonly Child[] | undefined {
  if (isList(before) && isList(after)) return pairLists(before, after, inDocument);
  const [one, other] = [objectOrAbsent(before), objectOrAbsent(after)];
  if (one === undefined || other === undefined || (isAbsent(before) && isAbsent(after))) return undefined;
  const children = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .sort()
    .map((key) => ({ key, before: ownValue(one, key), after: ownValue(other, key) }))
    .filter((child) => !(isAbsent(child.before) && isAbsent(child.after)));
  // An empty object that comes or goes has nothing below it to show.
  return children.length === 0 ? undefined : children;
}

function objectOrAbsent(value: PlanValue): PlanObject | undefined {
  if (isAbsent(value)) return {};
  return isObject(value) ? value : undefined;
}

function ownValue(object: PlanObject, key: string): PlanValue {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Pairs lists by position, and not at all when their lengths differ: the strict way. */
export const pairByPosition: ListPairing = (before, after) =>
  before.length === after.length
    ? before.map((value, index) => ({ key: index, before: value, after: after[index] }))
    : undefined;

/** A list of texts and numbers up to this length is easier to read as a whole. */
const SHORT_LIST = 160;

/**
 * Pairs lists as people read them: equal elements first, then those of one name, then what is left in the same place. What
 * is left over on one side was removed or added.
 */
export const pairByMeaning: ListPairing = (before, after, inDocument) => {
  if (isShortListOfScalars(before) && isShortListOfScalars(after)) return undefined;
  const partner = new Map<number, number>();
  const free = new Set(after.keys());
  const pairUp = (one: number, other: number): void => {
    partner.set(one, other);
    free.delete(other);
  };
  pairEqual(before, after, free, pairUp);
  const isOrderKept = isAscending([...partner.values()]);
  const name = nameShared(before, after);
  if (name !== undefined) pairNamed(before, after, name, partner, free, pairUp);
  const left = [...before.keys()].filter((index) => !partner.has(index));
  for (const index of left) if (name === undefined && free.has(index)) pairUp(index, index);
  const [single, other] = [left.filter((index) => !partner.has(index)), [...free]];
  if (name === undefined && single.length === 1 && other.length === 1) pairUp(single[0] ?? 0, other[0] ?? 0);
  // Another order: only the lists as a whole say so. Where objects come and go as well, these are what matters.
  const isSameElements = partner.size === before.length && free.size === 0;
  if (!isOrderKept && (isSameElements || ![...before, ...after].some((value) => isObject(bare(value)))))
    return undefined;
  const labelOf = (value: PlanValue, index: number): number | Label => {
    const label = inDocument && name !== undefined ? nameOf(value, name) : undefined;
    return label === undefined ? index : { label };
  };
  return [
    ...[...before.entries()].map(([index, value]) => {
      const at = partner.get(index);
      return { key: labelOf(value, at ?? index), before: value, after: at === undefined ? undefined : after[at] };
    }),
    ...[...free]
      .sort((one, two) => one - two)
      .map((index) => ({ key: labelOf(after[index], index), before: undefined, after: after[index] })),
  ];
};

function pairEqual(
  before: readonly PlanValue[],
  after: readonly PlanValue[],
  free: ReadonlySet<number>,
  pairUp: (one: number, other: number) => void,
): void {
  const places = new Map<string, number[]>();
  for (const index of free) {
    const text = identity(after[index]);
    places.set(text, [...(places.get(text) ?? []), index]);
  }
  for (const [index, value] of before.entries()) {
    const other = places.get(identity(value))?.shift();
    if (other !== undefined) pairUp(index, other);
  }
}

function pairNamed(
  before: readonly PlanValue[],
  after: readonly PlanValue[],
  name: string,
  partner: ReadonlyMap<number, number>,
  free: ReadonlySet<number>,
  pairUp: (one: number, other: number) => void,
): void {
  const named = new Map([...free].map((index) => [nameOf(after[index], name), index]));
  for (const [index, value] of before.entries()) {
    const other = named.get(nameOf(value, name));
    if (!partner.has(index) && other !== undefined) pairUp(index, other);
  }
}

/** Keys that identify an element of a list, where every element has the key and no two have the same value. */
const NAMES = ["Sid", "name", "Name", "id", "ID", "rulePriority", "containerPort"] as const;

function nameShared(before: readonly PlanValue[], after: readonly PlanValue[]): string | undefined {
  return NAMES.find((name) =>
    [before, after].every((list) => {
      const names = list.map((value) => nameOf(value, name));
      return names.every((one) => one !== undefined) && new Set(names).size === names.length;
    }),
  );
}

function nameOf(value: PlanValue, name: string): string | undefined {
  const object = bare(value);
  const found = isObject(object) ? ownValue(object, name) : undefined;
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((value, index) => index === 0 || value > (numbers[index - 1] ?? 0));
}

function isShortListOfScalars(list: readonly PlanValue[]): boolean {
  return (
    list.every((value) => ["string", "number", "boolean"].includes(typeof value)) &&
    JSON.stringify(list).length <= SHORT_LIST
  );
}

/** The value without what says only how it is written or marked. */
export function bare(value: PlanValue): PlanValue {
  return value instanceof Marked || value instanceof Document ? bare(value.value) : value;
}

function isDocument(value: PlanValue): boolean {
  return value instanceof Document || (value instanceof Marked && isDocument(value.value));
}

/** Tells whether there is no value. */
export function isAbsent(value: PlanValue): value is null | undefined {
  return value === null || value === undefined;
}

/** Tells whether a value is a list. */
export function isList(value: PlanValue): value is readonly PlanValue[] {
  return Array.isArray(value);
}

/** Tells whether a value has names and values below it. */
export function isObject(value: PlanValue): value is PlanObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    ![Unknown, Secret, Document, Marked].some((kind) => value instanceof kind)
  );
}

/** Tells whether a value is masked, or holds a part that is. */
export function holdsSecret(value: PlanValue): boolean {
  return holds(value, (part) => part instanceof Secret);
}

/** Tells whether a value is unknown, or holds a part that is. */
export function holdsUnknown(value: PlanValue): boolean {
  return holds(value, (part) => part instanceof Unknown);
}

function holds(value: PlanValue, test: (part: PlanValue) => boolean): boolean {
  if (test(value)) return true;
  const inner = bare(value);
  if (inner !== value) return holds(inner, test);
  if (isList(value)) return value.some((part) => holds(part, test));
  return isObject(value) && Object.values(value).some((part) => holds(part, test));
}

/** The value at a path of names and positions; documents are looked into. */
export function valueAt(value: PlanValue, path: Path): PlanValue {
  return path.reduce<PlanValue>((inner, key) => {
    const container = bare(inner);
    if (isList(container)) return typeof key === "number" ? container[key] : undefined;
    return isObject(container) && typeof key === "string" ? ownValue(container, key) : undefined;
  }, value);
}

/** A text that is the same for two values only if they are the same in value, form and mark. For comparisons alone. */
export function identity(value: PlanValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const known = identities.get(value);
  if (known !== undefined) return known;
  const text = writeIdentity(value);
  identities.set(value, text);
  return text;
}

/** Values never change, and each is asked for once a level. */
const identities = new WeakMap<object, string>();

function writeIdentity(value: object & PlanValue): string {
  if (value instanceof Document) return `document ${JSON.stringify(value.text)} ${identity(value.value)}`;
  if (value instanceof Marked) return `marked ${identity(value.value)}`;
  return write(value, identity);
}

/** The same for two values that mean the same, however they are written or marked. For comparisons alone. */
export function meaning(value: PlanValue): string {
  return write(bare(value), meaning);
}

function write(value: PlanValue, below: (part: PlanValue) => string): string {
  if (value instanceof Secret) return `secret ${value.identity()}`;
  if (value instanceof Unknown) return "unknown";
  if (isList(value)) return `[${value.map(below).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const parts = Object.keys(value)
    .sort()
    .filter((key) => !isAbsent(value[key]))
    .map((key) => `${JSON.stringify(key)}:${below(value[key])}`);
  return `{${parts.join(",")}}`;
}

/** Prints a value on one line: JSON with sorted names, or a word in round brackets. Secrets are masked. */
export function show(value: PlanValue): string {
  if (value instanceof Unknown || value instanceof Secret) return visible(value.toJSON());
  if (isAbsent(value)) return "(absent)";
  if (value instanceof Marked || value instanceof Document) return show(bare(value));
  return visible(JSON.stringify(sortedNames(value)));
}

function sortedNames(value: PlanValue): PlanValue {
  const inner = bare(value);
  if (isList(inner)) return inner.map(sortedNames);
  if (!isObject(inner)) return inner;
  return Object.fromEntries(
    Object.keys(inner)
      .sort()
      .map((key) => [key, sortedNames(inner[key])]),
  );
}

/** Prints both sides of a difference. Two values of one meaning differ in their form or their mark, and that is said. */
export function showDifference({ before, after }: Difference): { readonly before: string; readonly after: string } {
  const isRemarked = isMarked(before) !== isMarked(after);
  if (isRemarked && clearText(before) === clearText(after)) {
    return isMarked(before)
      ? { before: "(sensitive)", after: "(the same, not sensitive)" }
      : { before: "(not sensitive)", after: "(the same, sensitive)" };
  }
  // A value that is secret on one side says too much about the other.
  if (before instanceof Secret || after instanceof Secret) {
    return { before: showMasked(before), after: showMasked(after) };
  }
  return meaning(before) === meaning(after)
    ? { before: showForm(before), after: showForm(after) }
    : { before: show(before), after: show(after) };
}

function showMasked(value: PlanValue): string {
  return isAbsent(value) || value instanceof Unknown || value instanceof Secret ? show(value) : "(sensitive)";
}

function showForm(value: PlanValue): string {
  const inner = value instanceof Marked ? value.value : value;
  if (!(inner instanceof Document)) return show(value);
  return holdsSecret(inner) ? "(the same JSON, written otherwise)" : visible(JSON.stringify(inner.text));
}

/** The value in clear, so that a new mark can be told from a new value. For comparisons alone. */
function clearText(value: PlanValue): string {
  if (value instanceof Secret) return value.identity();
  if (value instanceof Marked) return clearText(value.value);
  return value instanceof Document ? rawText(value.text) : rawText(value);
}

function isMarked(value: PlanValue): boolean {
  return value instanceof Secret || value instanceof Marked;
}

function rawText(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** Prints a path: `ingress[0].cidr_blocks`, `container_definitions["grafana"].image`. */
export function showPath(path: Path): string {
  return visible(
    path.reduce<string>((text, key) => {
      if (typeof key === "number") return `${text}[${key}]`;
      if (typeof key === "object") return `${text}[${JSON.stringify(key.label)}]`;
      if (/^[A-Za-z_][\w-]*$/.test(key)) return text === "" ? key : `${text}.${key}`;
      return `${text}[${JSON.stringify(key)}]`;
    }, ""),
  );
}

/**
 * Reads JSON in a string.
 * @returns undefined when the text is no list or object in JSON, or is nested deeper than {@link DEEPEST}
 */
export function parseDocument(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || depthOfJson(text) > DEEPEST) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts how deep a text in JSON is nested, without reading it. */
export function depthOfJson(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, (depth += 1));
    else if (character === "}" || character === "]") depth -= 1;
  }
  return deepest;
}
