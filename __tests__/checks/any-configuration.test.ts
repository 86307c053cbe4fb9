/**
 * Properties of all configurations, right and wrong: whatever is typed wrong ends in words that name the place and the
 * rule, and leaves nothing behind. fast-check makes the configurations and shrinks what fails to the smallest mistake.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { profiles, type ProfileName } from "../../common.config";
import { runMain } from "../support/run-main";

const mockConfig: { profiles: Record<string, unknown> } = { profiles: {} };
jest.mock("../../common.config", () => {
  const actual = jest.requireActual<typeof import("../../common.config")>("../../common.config");
  return {
    ...actual,
    activeProfile: "typed",
    deployments: {},
    get profiles() {
      return Object.keys(mockConfig.profiles).length === 0 ? actual.profiles : mockConfig.profiles;
    },
  };
});

const scratch = mkdtempSync(join(tmpdir(), "lgtm-any-"));
const outdir = join(scratch, "cdktf.out");
/** The profiles as they are; `profiles` itself is what main.ts is given. */
const OURS = { ...profiles };

/** Names of the profiles that are changed; a name, since fast-check prints what fails. */
const BASES = Object.keys(OURS) as readonly ProfileName[];

/** The same configurations in each run: what fails for one fails for all. Another seed finds others. */
const SEED = 20_260_116;

/** Configurations that were refused, counted over all properties. */
let refused = 0;
afterAll(() => {
  rmSync(scratch, { recursive: true });
  expect(refused).toBeGreaterThanOrEqual(500);
});

type Path = readonly (string | number)[];

/** A place in a configuration. */
interface Place {
  readonly base: ProfileName;
  readonly path: Path;
  readonly value: unknown;
}

function placesIn(base: ProfileName, value: unknown = OURS[base], path: Path = []): readonly Place[] {
  const inner =
    typeof value !== "object" || value === null
      ? []
      : Object.entries(value).flatMap(([key, each]) =>
          placesIn(base, each, [...path, Array.isArray(value) ? Number(key) : key]),
        );
  return path.length === 0 ? inner : [{ base, path, value }, ...inner];
}

const PLACES = BASES.flatMap((base) => placesIn(base));
const placeWhere = (isWanted: (place: Place) => boolean) => fc.constantFrom(...PLACES.filter(isWanted));

/** The path as findings name it, for the keys that our configurations have. */
function textOf(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .slice(1);
}

/** A copy with another value at a path; undefined removes the key. Values are not cloned: some cannot be. */
function withAt(whole: unknown, [part, ...rest]: Path, value: unknown): unknown {
  if (part === undefined) return value;
  if (Array.isArray(whole))
    return whole.map((each: unknown, index) => (index === part ? withAt(each, rest, value) : each));
  const object = whole as Readonly<Record<string, unknown>>;
  const entries = Object.entries({ ...object, [part]: withAt(object[part], rest, value) });
  return Object.fromEntries(entries.filter(([key, each]) => each !== undefined || key !== part));
}

/** Runs main.ts with a profile; a refusal must have words and leave nothing. */
function refusal(config: unknown): string {
  mockConfig.profiles = { typed: config };
  // What an earlier failure left.
  rmSync(outdir, { recursive: true, force: true });
  const { exitCode, stdout, stderr } = runMain(outdir);
  const [head, ...findings] = stderr.split("\n");
  expect({ exitCode, stdout, isThere: existsSync(outdir) }).toEqual({ exitCode: 2, stdout: "", isThere: false });
  expect(head).toMatch(/^Profile "typed" in common\.config\.ts has \d+ problems?:$/);
  expect(findings.length).toBe(Number(/\d+/.exec(head ?? "")?.[0]));
  for (const finding of findings) expect(finding).toMatch(/^ {2}\S.*: \S.* \[[a-z-]+\]$/);
  refused += 1;
  return stderr;
}

/** Expects a finding at the path, above it (a value that no longer is an object) or below it (what it then lacks). */
function expectFindingAt(stderr: string, path: Path): void {
  const key = textOf(path);
  const keys = stderr
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/ = |: /)[0] ?? "");
  const isRelated = (one: string, other: string) =>
    one === other || one.startsWith(`${other}.`) || one.startsWith(`${other}[`);
  expect(keys.filter((found) => isRelated(found, key) || isRelated(key, found))).not.toEqual([]);
}

const check = <Value>(arbitrary: fc.Arbitrary<Value>, runs: number, property: (value: Value) => void) => {
  fc.assert(fc.property(arbitrary, property), { numRuns: runs, seed: SEED });
};

/** Values of a kind that no key of a configuration has, and the kinds that some have. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    NaN,
    Infinity,
    -Infinity,
    1n,
    Symbol("x"),
    () => 1,
    new Date(0),
    new Map(),
    /x/,
    new Error("x"),
  ),
  fc.array(fc.string()),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer(), { minKeys: 1 }),
  fc.string(),
  fc.integer(),
  fc.boolean(),
);

function kindOf(value: unknown): string {
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  return Array.isArray(value) ? "array" : typeof value;
}

describe("whatever is typed wrong ends in words", () => {
  test("a value of another kind", () => {
    const anywhere = placeWhere(() => true);
    // A setting that is a number or a word has two kinds.
    const isOther = ({ path, value }: Place, other: unknown) =>
      kindOf(value) !== kindOf(other) && !(kindOf(other) === "object" && path[0] === "tags");
    const arbitrary = fc.tuple(anywhere, junk).filter(([place, other]) => isOther(place, other));
    check(arbitrary, 250, ([{ base, path }, other]) => {
      expectFindingAt(refusal(withAt(OURS[base], path, other)), path);
    });
  });

  test("a whole profile of another kind", () => {
    check(junk, 25, (config) => {
      refusal(config);
    });
  });

  test("a missing key", () => {
    const needed = placeWhere(
      ({ path }) =>
        path.every((part) => typeof part === "string") && path[0] !== "tags" && path.at(-1) !== "plansExpireAfterDays",
    );
    check(needed, 80, ({ base, path }) => {
      expectFindingAt(refusal(withAt(OURS[base], path, undefined)), path);
    });
  });

  test("a key that nobody knows", () => {
    const objects = placeWhere(({ path, value }) => kindOf(value) === "object" && path[0] !== "tags");
    const key = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text !== "__proto__");
    check(fc.tuple(objects, key, junk), 60, ([{ base, path, value }, name, other]) => {
      fc.pre(
        !Object.hasOwn(value as object, name) &&
          !["accountId", "certificateArn", "plansExpireAfterDays"].includes(name),
      );
      expectFindingAt(refusal(withAt(OURS[base], [...path, name], other)), path);
    });
  });

  test("a number that is out of every range", () => {
    const numbers = placeWhere(({ value }) => typeof value === "number");
    const wrong = fc.oneof(
      fc.integer({ max: -1 }),
      fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ noInteger: true, min: 0, max: 1e6 }),
    );
    check(fc.tuple(numbers, wrong), 80, ([{ base, path }, value]) => {
      expectFindingAt(refusal(withAt(OURS[base], path, value)), path);
    });
  });

  test("a text that holds what no name holds", () => {
    // Reasons are for people, and may be of any form.
    const texts = placeWhere(({ path, value }) => typeof value === "string" && !path.includes("accepted"));
    const bad = fc.constantFrom("\n", "\u0000", "\u001b[31m", "${path.root}", "%{if true}", "\r\n", "\u007f");
    check(fc.tuple(texts, bad, fc.nat()), 120, ([{ base, path, value }, text, at]) => {
      const old = String(value);
      const cut = at % (old.length + 1);
      expectFindingAt(refusal(withAt(OURS[base], path, `${old.slice(0, cut)}${text}${old.slice(cut)}`)), path);
    });
  });

  test("a text that is far too long", () => {
    const texts = placeWhere(
      ({ path, value }) => typeof value === "string" && !path.includes("accepted") && path.at(-1) !== "jsonKey",
    );
    check(texts, 60, ({ base, path, value }) => {
      expectFindingAt(refusal(withAt(OURS[base], path, String(value).repeat(3000))), path);
    });
  });

  test("a network that does not fit", () => {
    const subnets = placeWhere(({ path }) => ["publicCidr", "privateCidr"].includes(String(path.at(-1))));
    // 11.0.0.0/8 and above: outside of all our networks.
    const outside = fc
      .tuple(fc.integer({ min: 11, max: 223 }), fc.integer({ min: 16, max: 28 }))
      .map(([first, bits]) => `${first}.0.0.0/${bits}`);
    check(fc.tuple(subnets, outside), 30, ([{ base, path }, cidr]) => {
      expect(refusal(withAt(OURS[base], path, cidr))).toContain(
        `${textOf(path)} = "${cidr}": must lie inside the VPC's block`,
      );
    });
  });

  test("too many tags, or tags that differ by case", () => {
    const name = fc.stringMatching(/^[a-z]{3,10}$/);
    check(
      fc.tuple(fc.constantFrom(...BASES), fc.uniqueArray(name, { minLength: 47, maxLength: 60 })),
      20,
      ([base, names]) => {
        const tags = Object.fromEntries(names.map((each) => [each, "x"]));
        expect(refusal({ ...OURS[base], tags })).toMatch(/^ {2}tags = \d+: must be at most 46/m);
      },
    );
    check(fc.tuple(fc.constantFrom(...BASES), name), 20, ([base, each]) => {
      const tags = { [each]: "x", [each.toUpperCase()]: "x" };
      expect(refusal({ ...OURS[base], tags })).toMatch(/in more than case/);
    });
  });

  test("several mistakes at once: each is named", () => {
    const sections = ["dataBucket", "cache", "ecs", "grafana", "retention", "loadBalancer"] as const;
    const some = fc.subarray([...sections], { minLength: 2 });
    check(fc.tuple(fc.constantFrom(...BASES), some, fc.constantFrom(null, 1, "x")), 30, ([base, names, value]) => {
      const stderr = refusal({ ...OURS[base], ...Object.fromEntries(names.map((name) => [name, value])) });
      for (const name of names) expect(stderr).toMatch(new RegExp(`^ {2}${name} = `, "m"));
    });
  });
});

describe("whatever is accepted is written", () => {
  const printable = fc
    .stringMatching(/^[A-Za-z0-9 .:/()#,@[\]+=&;{}!$*_-]{1,255}$/)
    .filter((text) => !/[$%]\{/.test(text));
  const settings = fc.record({
    environment: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    tags: fc.dictionary(
      fc.stringMatching(/^[\u00e0-\u00f6\u4e00-\u4eff]{1,20}$/),
      fc.stringMatching(/^[A-Za-z\u0400-\u044f 0-9]{0,256}$/),
      {
        maxKeys: 46,
      },
    ),
    description: printable,
    certificate: fc.boolean(),
    internal: fc.boolean(),
    zones: fc.integer({ min: 2, max: 4 }),
    count: fc.integer({ min: 0, max: 5000 }),
    stopTimeoutSeconds: fc.integer({ min: 2, max: 120 }),
    accountId: fc.stringMatching(/^[0-9]{12}$/),
    adminUser: fc.stringMatching(/^[\w.@+-]{1,190}$/),
  });

  test("GIVEN settings at the borders of what is allowed THEN all layers are written, or words say why not", () => {
    let written = 0;
    check(fc.tuple(fc.constantFrom(...BASES), settings), 8, ([base, given]) => {
      const { network, loadBalancer, services, ...rest } = OURS[base];
      mockConfig.profiles = {
        typed: {
          ...rest,
          environment: given.environment,
          accountId: given.accountId,
          tags: given.tags,
          grafana: { ...rest.grafana, adminUser: given.adminUser },
          network: {
            ...network,
            zones: ["a", "b", "c", "d"].slice(0, given.zones).map((letter, index) => zone(base, letter, index)),
          },
          loadBalancer: {
            ...loadBalancer,
            internal: given.internal,
            ingress: loadBalancer.ingress.map((rule) => ({ ...rule, description: given.description })),
            ...(given.certificate ? { certificateArn: CERTIFICATE } : {}),
          },
          services: {
            ...services,
            grafana: { ...services.grafana, count: given.count, stopTimeoutSeconds: given.stopTimeoutSeconds },
          },
        },
      };
      rmSync(outdir, { recursive: true, force: true });
      const { exitCode, stderr } = runMain(outdir);
      if (exitCode === 0) {
        expect({ stderr, layers: readdirSync(join(outdir, "stacks")).length }).toEqual({ stderr: "", layers: 11 });
        written += 1;
      } else {
        expect(stderr).toMatch(/^Profile "typed" .*has \d+ problems?:\n/);
        expect(existsSync(outdir)).toBe(false);
      }
    });
    expect(written).toBeGreaterThan(0);
  });

  function zone(base: ProfileName, letter: string, index: number) {
    const [first, second] = OURS[base].network.vpcCidr.split(".");
    const subnet = (third: number) => `${first ?? ""}.${second ?? ""}.${third}.0/24`;
    return { name: `ap-northeast-2${letter}`, publicCidr: subnet(1 + index), privateCidr: subnet(11 + index) };
  }
});

const CERTIFICATE = "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b";
