/**
 * Adds a seventh service, a small web server, to a copy of the project: exactly the steps of "Add a service" in
 * CONTRIBUTING.md, and nothing else.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LayerJson } from "../stacks/platform-json";
import { LAYER_IDS } from "./support/existing-state";
import { present } from "./support/platform";

const ROOT = join(__dirname, "..");

/** All that is compiled, and all that main.ts reads. */
const SOURCES = [
  ...["main.ts", "common.config.ts", "stacks", "modules", "checks", "dockerfiles", "tools", "experiments"],
  ...["provider", "releases.json", "package.json", "tsconfig.json"],
];

const DEFINITION = `import type { PlatformConfig } from "../config/platform-config";
import { callsTo } from "./client-call";
import { defineService, type ServiceDefinition } from "./service-definition";
import type { ServiceImage } from "./service-image";

/** A web server for static pages. */
export function web(config: PlatformConfig): ServiceDefinition {
  return defineService({
    title: "Web",
    image: IMAGE,
    ports: { http: { number: 8081, label: "Web HTTP", reachableFromTasks: false } },
    serves: () => ({ http: { paths: ["/web/*", "/healthz"] } }),
    readiness: { path: "/healthz", port: "http" },
    loadBalancing: {
      routes: [{ priority: 50, paths: ["/web/*"], port: "http" }],
      healthCheckGracePeriodSeconds: 60,
    },
    clientCalls: callsTo("http", [["Web page", "GET", "/web/index.html"]]),
    storagePrefixes: [],
    environment: () => ({ TZ: config.timeZone }),
  });
}

/** Source: the Dockerfile of nginxinc/nginx-unprivileged. */
const IMAGE: ServiceImage = {
  upstream: "nginxinc/nginx-unprivileged",
  user: "101",
  hasShell: true,
  healthCheckPrograms: ["curl"],
  program: {
    name: "nginx",
    path: "/usr/sbin/nginx",
    version: { arguments: ["-v"], pattern: /nginx\\/(\\d+\\.\\d+\\.\\d+)/ },
    releases: "https://nginx.org/en/download.html",
  },
  config: {
    location: "/etc/nginx/conf.d/default.conf",
    variables: "none",
    strictCheck: { name: "-t", checks: "syntax, and the files that it names", argumentsFor: () => ["-t"] },
  },
  entrypoint: { environment: {}, command: () => ["-g", "daemon off;"] },
};
`;

const DOCKERFILE = `ARG VERSION
FROM nginxinc/nginx-unprivileged:\${VERSION}
COPY default.conf /etc/nginx/conf.d/default.conf
USER 101
EXPOSE 8081
`;

const NGINX_CONFIG = `server {
  listen 8081;
  location = /healthz { return 200; }
  location /web/ { alias /usr/share/nginx/html/; }
}
`;

const scratch = mkdtempSync(join(tmpdir(), "lgtm-seventh-"));
const copy = join(scratch, "project");
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Writes a text in place of another one, which must be there. */
function replace(file: string, from: string, to: string): void {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(path, text.replace(from, to));
}

/** The steps of CONTRIBUTING.md. */
function addWeb(): void {
  // 1. The definition.
  writeFileSync(join(copy, "modules/services/web.ts"), DEFINITION);
  // 2. One line in the catalog.
  const catalog = join(copy, "modules/services/definitions.ts");
  writeFileSync(catalog, `${readFileSync(catalog, "utf8")}export { web } from "./web";\n`);
  // 3. Version and size.
  const [target] = /^const target = [^]*?^}\);$/m.exec(readFileSync(join(copy, "common.config.ts"), "utf8")) ?? [];
  const before = present(target, "profile target");
  const after = before
    .replace(
      "  services: {\n",
      "  services: {\n    web: { size: { cpu: 256, memoryMiB: 512 }, count: 1, stopTimeoutSeconds: 30 },\n",
    )
    .replace("  ...baseline,\n", '  ...baseline,\n  imageVersions: { ...baseline.imageVersions, web: "1.29.1" },\n');
  replace("common.config.ts", before, after);
  // 4. The image.
  mkdirSync(join(copy, "dockerfiles/web"));
  writeFileSync(join(copy, "dockerfiles/web/Dockerfile"), DOCKERFILE);
  writeFileSync(join(copy, "dockerfiles/web/default.conf"), NGINX_CONFIG);
}

/** Runs a program of this project in a folder; resolves with all that it printed if it fails. */
async function failureOf(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const clean = { PATH: process.env.PATH, HOME: process.env.HOME, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: clean }, (error, stdout, stderr) => {
      resolve(error === null ? "" : `${error.message}\n${stdout}\n${stderr}`);
    });
  });
}

/** Synthesizes a profile of a project; throws what it was refused for. */
async function synthesize(project: string, profile: string): Promise<string> {
  const outdir = join(scratch, `${project === ROOT ? "before" : "after"}-${profile}`);
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const env = { CDKTF_OUTDIR: outdir, LGTM_PROFILE: profile };
  const failure = await failureOf(project, ["--import", tsx, join(project, "main.ts")], env);
  if (failure !== "") throw new Error(failure);
  return outdir;
}

function filesBelow(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]));
}

function layerOf(outdir: string, id: string): LayerJson {
  return JSON.parse(readFileSync(join(outdir, "stacks", id, "cdk.tf.json"), "utf8")) as LayerJson;
}

beforeAll(() => {
  mkdirSync(copy);
  for (const source of SOURCES) cpSync(join(ROOT, source), join(copy, source), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  addWeb();
});

test("THEN the app and the tools that work on services compile", async () => {
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const files = ["main.ts", "tools/images/verify/verify.ts", "tools/images/release/release.ts", "tools/live/live.ts"];
  // Not the whole project, which takes ten seconds.
  writeFileSync(join(copy, "tsconfig.some.json"), JSON.stringify({ extends: "./tsconfig.json", include: [], files }));
  expect(await failureOf(copy, [tsc, "--noEmit", "-p", "tsconfig.some.json"])).toBe("");
}, 300_000);

test("THEN baseline is the same, byte for byte", async () => {
  const [before, after] = [await synthesize(ROOT, "baseline"), await synthesize(copy, "baseline")];
  expect(filesBelow(after)).toEqual(filesBelow(before));
}, 300_000);

describe.each(["target", "staging"])("GIVEN %s, which deploys it", (profile) => {
  let layers: ReadonlyMap<string, LayerJson>;
  beforeAll(async () => {
    const outdir = await synthesize(copy, profile);
    layers = new Map(LAYER_IDS.map((id) => [id, layerOf(outdir, id)]));
  }, 300_000);

  test("THEN it has all that a service has", () => {
    const found = [...layers].flatMap(([id, { resource }]) =>
      Object.entries(resource).flatMap(([type, resources]) =>
        Object.keys(resources)
          .filter((name) => /^web(?:_|$)/.test(name))
          .map((name) => `${id} ${type}.${name}`),
      ),
    );
    expect(found).toEqual([
      "05-cloudwatch-logs aws_cloudwatch_log_group.web",
      "10-ecr aws_ecr_lifecycle_policy.web",
      "10-ecr aws_ecr_repository.web",
      "20-iam aws_iam_role.web_task",
      "40-cloudmap aws_service_discovery_service.web",
      "50-alb aws_lb_listener_rule.web",
      "50-alb aws_lb_target_group.web",
      "60-ecs aws_ecs_service.web",
      "60-ecs aws_ecs_task_definition.web",
    ]);
    const ingress = JSON.stringify(layers.get("30-security-groups")?.resource.aws_security_group?.ecs?.ingress);
    expect(ingress).toContain("Web HTTP from ALB");
  });

  test("THEN nothing of it moves", () => {
    const moved = [...layers.values()].flatMap((layer) => layer.moved ?? []);
    expect(moved.filter(({ from, to }) => /\bweb\b|web_/.test(`${from} ${to}`))).toEqual([]);
    expect(moved.length > 0).toBe(profile === "target");
  });

  test("THEN no statement of a policy is on nothing", () => {
    const policies = Object.values(layers.get("20-iam")?.resource.aws_iam_role_policy ?? {});
    expect(policies.length).toBeGreaterThan(5);
    for (const { policy } of policies) {
      const { Statement: statements } = JSON.parse(String(policy)) as { Statement: { Resource: unknown }[] };
      for (const { Resource: resource } of statements) expect(resource).not.toHaveLength(0);
    }
  });
});
