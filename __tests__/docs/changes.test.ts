import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { profiles } from "../../common.config";
import { platformFindings } from "../../checks/check-platform";
import { findingsIn } from "../../checks/validate";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { compileSnippets } from "../support/compile-snippets";
import { preparePlatform, type Platform } from "../support/platform";

const TEXT = readFileSync(join(__dirname, "../../docs/changes.md"), "utf8");

/** One recipe: the lines that a person writes into a profile, and the changes that the page announces. */
interface Recipe {
  readonly title: string;
  /** Properties of a profile, as they are written after `...target,`. */
  readonly override: string;
  /** Lines `<layer> <create|change|delete> <type>.<name>`, sorted; `<n> x` before a line stands for as many names of one type. */
  readonly announced: readonly string[];
}

/** Recipes with a block of TypeScript and, after it, a block of text with the changes. */
const RECIPES: readonly Recipe[] = TEXT.split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const title = section.split("\n")[0] ?? "";
    const override = /```ts\n([\s\S]*?)```/.exec(section)?.[1];
    const announced = /```text\n([\s\S]*?)```/.exec(section)?.[1];
    if (override === undefined || announced === undefined) return [];
    return [{ title, override, announced: announced.trim().split("\n") }];
  });

/** The profile that the recipes are written into. */
const { target } = profiles;
const before = preparePlatform(target);

/** The profile that a recipe makes. */
function changed({ override }: Recipe): PlatformConfig {
  return runInNewContext(`({ ...target, ${override} })`, { target }) as PlatformConfig;
}

/** Findings of the checks that run before every synth. */
function unfitIn(config: PlatformConfig, platform: Platform) {
  const layers = {
    securityGroups: platform.json("30-security-groups"),
    loadBalancer: platform.json("50-alb"),
    ecs: platform.json("60-ecs"),
  };
  return platformFindings({ name: "target", config, layers });
}

/** Differences between two synthesized platforms, a line each. */
function differences(from: Platform, to: Platform): readonly string[] {
  const lines = from.layers.flatMap(({ id }) => {
    const old = resourcesOf(from, id);
    const now = resourcesOf(to, id);
    const addresses = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return addresses
      .filter((address) => old[address] !== now[address])
      .map((address) => {
        const verb = old[address] === undefined ? "create" : now[address] === undefined ? "delete" : "change";
        return `${id} ${verb} ${address}`;
      });
  });
  return counted(lines);
}

function resourcesOf(platform: Platform, id: Platform["layers"][number]["id"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(platform.json(id).resource).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, body]) => [`${type}.${name}`, JSON.stringify(body)]),
    ),
  );
}

/** More than three lines of one layer, verb and type are one line with their number, so that a page can be read. */
function counted(lines: readonly string[]): readonly string[] {
  const kindOf = (line: string): string => line.replace(/\.[^.]*$/, "");
  const kinds = [...new Set(lines.map(kindOf))];
  return kinds.flatMap((kind) => {
    const members = lines.filter((line) => kindOf(line) === kind);
    return members.length > 3 ? [`${kind}.* (${members.length})`] : members;
  });
}

describe("GIVEN the recipes in docs/changes.md", () => {
  test("THEN there is one for each everyday change of the configuration", () => {
    expect(RECIPES.map(({ title }) => title)).toEqual([
      "More memory for a service",
      "Longer or shorter retention",
      "A further zone",
      "HTTPS with a certificate",
      "Who may reach the load balancer",
      "A newer version of a service",
    ]);
  });

  test("THEN each block compiles as part of a profile", () => {
    const snippets = Object.fromEntries(
      RECIPES.map(({ override }, index) => [
        `recipe-${index}`,
        [
          `import { profiles } from "../common.config";`,
          `import type { PlatformConfig } from "../modules/config/platform-config";`,
          `const { target } = profiles;`,
          `export const changed: PlatformConfig = { ...target, ${override} };`,
        ].join("\n"),
      ]),
    );
    const errors = [...compileSnippets(snippets)].filter(([, found]) => found.length > 0);
    expect(errors).toEqual([]);
  });

  test.each(RECIPES)("THEN $title is accepted, and changes what the page announces", (recipe) => {
    const config = changed(recipe);
    const after = preparePlatform(config);
    expect(findingsIn(config)).toEqual([]);
    expect(unfitIn(config, after)).toEqual([]);
    expect(differences(before, after)).toEqual(recipe.announced);
  });
});
