/**
 * Decides what of a plan is masked. Terraform marks a whole document as sensitive when one part of it is: the states of the
 * legacy Terraform mark policies and container definitions, since the account id in them was marked. Here documents and
 * ARNs are shown in spite of the mark, and what is secret inside a document is masked there: every value that the plan
 * itself marks elsewhere, and variables of a container whose name says that they hold a secret.
 */
import type { PlanChange, PlanJson } from "./plan-json";
import { Document, Marked, parseDocument, Secret, UNKNOWN, type PlanObject, type PlanValue } from "./plan-values";

/** Attributes that hold a document by themselves: whoever approves has to read it. */
const DOCUMENTS: ReadonlySet<string> = new Set([
  "access_policy",
  "assume_role_policy",
  "container_definitions",
  "inline_policy",
  "policy",
  "policy_document",
  "resource_policy",
]);

/** An ARN names something and opens nothing; an account id in it is no secret. */
const ARN = /^arn:aws[\w-]*:[\w-]*:[\w-]*:[\w-]*:[^\s"{}]+$/;

const ACCOUNT_ID = /^\d{12}$/;

/** Variables whose value a container should get from Secrets Manager. Only a second net: see {@link secretsOf}. */
const SECRET_NAME = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY/i;

/** Shorter secrets are masked only where they are a whole value: as a part they would match by chance. */
const SHORTEST_PART = 8;

/** Texts that a plan marks as sensitive by themselves. */
export type Secrets = ReadonlySet<string>;

/**
 * Collects the secret texts of a plan: what is marked as sensitive in resources, outputs, states and variables, and is
 * neither a document nor an ARN nor an account id.
 */
export function secretsOf(plan: PlanJson): Secrets {
  const found = new Set<string>();
  const collect = (value: unknown, marks: unknown, attribute: string): void => {
    if (marks === true) {
      collectTexts(value, attribute, found);
      return;
    }
    for (const [key, inner] of entriesOf(marks)) collect(at(value, key), inner, Array.isArray(marks) ? attribute : key);
  };
  const changes = [
    ...[...plan.resource_changes, ...plan.resource_drift].map(({ change }) => change),
    ...plan.deferred_changes.map((deferred) => deferred.resource_change.change),
    ...Object.values(plan.output_changes),
  ];
  for (const change of changes) {
    collect(change.before, change.before_sensitive, "");
    collect(change.after, change.after_sensitive, "");
  }
  for (const { config_values: values, config_sensitive: marks } of plan.action_invocations) collect(values, marks, "");
  for (const state of [plan.prior_state, plan.planned_values]) collectFromState(state, collect);
  const declared = at(at(plan.configuration, "root_module"), "variables");
  for (const [name, variable] of Object.entries(plan.variables ?? {})) {
    if (at(at(declared, name), "sensitive") === true) collect(variable.value, true, "");
  }
  return found;
}

type Collect = (value: unknown, marks: unknown, attribute: string) => void;

/** A state in a plan: modules within modules, each resource with its values and their marks. */
function collectFromState(state: unknown, collect: Collect): void {
  const module = (one: unknown): void => {
    for (const [, resource] of entriesOf(at(one, "resources"))) {
      collect(at(resource, "values"), at(resource, "sensitive_values"), "");
    }
    for (const [, child] of entriesOf(at(one, "child_modules"))) module(child);
  };
  const values = at(state, "values") ?? state;
  for (const [, output] of entriesOf(at(values, "outputs"))) collect(at(output, "value"), at(output, "sensitive"), "");
  module(at(values, "root_module"));
}

function collectTexts(value: unknown, attribute: string, found: Set<string>): void {
  if (typeof value === "string") {
    if (value.length > 0 && !isHarmless(value) && !isDocumentText(value, attribute)) found.add(value);
    return;
  }
  for (const [key, inner] of entriesOf(value)) collectTexts(inner, Array.isArray(value) ? attribute : key, found);
}

function isDocumentText(value: string, attribute: string): boolean {
  return DOCUMENTS.has(attribute) && parseDocument(value) !== undefined;
}

function isHarmless(text: string): boolean {
  return ARN.test(text) || ACCOUNT_ID.test(text);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

/** Both sides of a change, safe to print. */
export interface MaskedChange {
  readonly before: PlanValue;
  readonly after: PlanValue;
}

/**
 * Makes a change safe to print.
 *
 * @param change the change, its values in clear
 * @param secrets the secret texts of the same plan
 */
export function maskChange(change: PlanChange, secrets: Secrets): MaskedChange {
  const { before, after, after_unknown: unknown, before_sensitive: was, after_sensitive: is } = change;
  return {
    before: maskValue({ value: before, unknown: undefined, marks: was }, secrets),
    after: maskValue({ value: after, unknown, marks: is }, secrets),
  };
}

/** A value with the shapes that say what of it is unknown and what is sensitive. */
export interface Shaped {
  readonly value: unknown;
  readonly unknown: unknown;
  readonly marks: unknown;
}

/**
 * Makes a value safe to print.
 *
 * @param shaped the value in clear, with its shapes
 * @param secrets the secret texts of the same plan
 */
export function maskValue(shaped: Shaped, secrets: Secrets): PlanValue {
  const mask = ({ value, unknown, marks }: Shaped, attribute: string): PlanValue => {
    if (unknown === true) return UNKNOWN;
    if ((value === null || value === undefined) && !holdsTrue(unknown)) return value;
    if (marks === true && !holdsTrue(unknown)) return showInSpiteOfMark(value, attribute, secrets) ?? new Secret(value);
    if (typeof value === "string") return documentOf(value, (inner) => unmasked(inner)) ?? value;
    if (Array.isArray(value) || Array.isArray(unknown)) {
      const list: readonly unknown[] = Array.isArray(value) ? value : [];
      const length = Math.max(list.length, Array.isArray(unknown) ? unknown.length : 0);
      return Array.from({ length }, (_, index) => mask(below({ value, unknown, marks }, String(index)), attribute));
    }
    if (typeof value === "object" || typeof unknown === "object") {
      const keys = [...new Set([value, unknown].flatMap((one) => entriesOf(one).map(([key]) => key)))];
      return Object.fromEntries(keys.map((key) => [key, mask(below({ value, unknown, marks }, key), key)]));
    }
    return value as PlanValue;
  };
  return mask(shaped, "");
}

function holdsTrue(shape: unknown): boolean {
  return shape === true || entriesOf(shape).some(([, inner]) => holdsTrue(inner));
}

function below({ value, unknown, marks }: Shaped, key: string): Shaped {
  return { value: at(value, key), unknown: at(unknown, key), marks: marks === true || at(marks, key) };
}

function unmasked(value: unknown): PlanValue {
  return transform(value, (text) => documentOf(text, unmasked) ?? text);
}

function documentOf(text: string, read: (value: unknown) => PlanValue): Document | undefined {
  const value = parseDocument(text);
  return value === undefined ? undefined : new Document(read(value), text);
}

function showInSpiteOfMark(value: unknown, attribute: string, secrets: Secrets): PlanValue | undefined {
  if (DOCUMENTS.has(attribute) && (typeof value === "string" || attribute === "inline_policy")) {
    const masked = maskDocument(value, secrets);
    return typeof value !== "string" || masked instanceof Document ? new Marked(masked) : undefined;
  }
  return isAllHarmless(value) ? new Marked(value as PlanValue) : undefined;
}

/** Tells whether a value holds ARNs and account ids, and nothing else. */
function isAllHarmless(value: unknown): boolean {
  if (typeof value === "string") return isHarmless(value);
  const entries = entriesOf(value);
  return entries.length > 0 && entries.every(([, inner]) => isAllHarmless(inner));
}

/** A document with its secret parts masked. */
function maskDocument(value: unknown, secrets: Secrets): PlanValue {
  return transform(
    value,
    (text) => documentOf(text, (inner) => maskDocument(inner, secrets)) ?? maskText(text, secrets),
    (object) => (isSecretVariable(object) ? { ...object, value: new Secret(object.value) } : object),
  );
}

function isSecretVariable(object: PlanObject): boolean {
  const { name, value } = object;
  return typeof name === "string" && SECRET_NAME.test(name) && value !== undefined && value !== null && value !== "";
}

function maskText(text: string, secrets: Secrets): string | Secret {
  if (secrets.has(text)) return new Secret(text);
  let shown = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_PART) shown = shown.replaceAll(secret, "(sensitive)");
  }
  return shown === text ? text : new Secret(text, shown);
}

function transform(
  value: unknown,
  ofText: (text: string) => PlanValue,
  ofObject: (object: PlanObject) => PlanObject = (object) => object,
): PlanValue {
  if (typeof value === "string") return ofText(value);
  if (Array.isArray(value)) return value.map((inner) => transform(inner, ofText, ofObject));
  if (typeof value !== "object" || value === null) return value as PlanValue;
  const entries = entriesOf(value).map(([key, inner]) => [key, transform(inner, ofText, ofObject)] as const);
  return ofObject(Object.fromEntries(entries));
}
