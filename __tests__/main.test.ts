import { execFile, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { profiles } from "../common.config";
import { LAYER_IDS } from "./support/existing-state";

const ROOT = join(__dirname, "..");

/** All that main.ts is made of. */
const SOURCES = [
  "common.config.ts",
  "dockerfiles",
  "main.ts",
  "checks",
  "modules",
  "stacks",
  "provider",
  "releases.json",
  "package.json",
  "tsconfig.json",
];

/** Refuses every connection to another machine or process, and says that there was one. Unix sockets are tsx's own. */
const NETWORK_TRAP = `
const net = require("node:net");
const dns = require("node:dns");
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options === "string" || options?.path !== undefined) return connect.apply(this, args);
  console.error("NETWORK", JSON.stringify(options));
  throw new Error("no network in this test");
};
dns.lookup = (name) => { console.error("NETWORK", name); throw new Error("no network in this test"); };
`;

const scratch = mkdtempSync(join(tmpdir(), "lgtm-main-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** A copy of the project, without its history and its output, with changes to common.config.ts. */
function copyProject(name: string, change: (config: string) => string = (config) => config): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const file = join(folder, "common.config.ts");
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return folder;
}

/** What a run of main.ts left. */
interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outdir: string;
}

/** How main.ts is run. */
interface RunOptions {
  /** @default the project */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A program that runs node. @default none */
  readonly wrapper?: readonly string[];
}

async function runMain(
  project: string,
  name: string,
  { cwd = project, env = {}, wrapper = [] }: RunOptions = {},
): Promise<Run> {
  const outdir = join(scratch, `out-${name}`);
  const trap = join(scratch, "trap.cjs");
  writeFileSync(trap, NETWORK_TRAP);
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const command = [...wrapper, process.execPath, "--require", trap, "--import", tsx, join(project, "main.ts")];
  const clean = { PATH: process.env.PATH, HOME: process.env.HOME, CDKTF_OUTDIR: outdir, ...env };
  return new Promise((resolve) => {
    execFile(command[0] ?? process.execPath, command.slice(1), { cwd, env: clean }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1, stdout, stderr, outdir });
    });
  });
}

/** Path inside the output folder -> content. */
function filesOf(outdir: string): Readonly<Record<string, string>> {
  const entries = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(outdir.length + 1), readFileSync(path, "utf8")]));
}

/** Why a run without any network cannot be made here, or undefined if it can. */
function whyNoNamespaces(): string | undefined {
  const { status, error } = spawnSync("unshare", ["--map-root-user", "--net", "true"]);
  if (error !== undefined) return "there is no unshare on this machine";
  return status === 0 ? undefined : "this machine forbids network namespaces";
}

const noNamespaces = whyNoNamespaces();

let here: Run;
let elsewhere: Run;
let broken: Run;
let unknown: Run;
let unfit: Run;
let unfinished: Run;
let misdeployed: Run;
let overlapping: Run;
let homeless: Run;

beforeAll(async () => {
  const copy = copyProject("some/other/folder");
  const brokenCopy = copyProject("broken", (config) =>
    config
      .replace('vpcCidr: "10.0.0.0/16"', 'vpcCidr: "10.0.0.0/8"')
      .replace('tempo: "2.9.0"', 'tempo: "latest" as "1.0.0"'),
  );
  const wrapper = noNamespaces === undefined ? ["unshare", "--map-root-user", "--net"] : [];
  [here, elsewhere] = await Promise.all([
    runMain(ROOT, "here"),
    runMain(copy, "elsewhere", { cwd: tmpdir(), env: { TZ: "Pacific/Apia", LANG: "ko_KR.UTF-8" }, wrapper }),
  ]);
  const unfitCopy = copyProject("unfit");
  const tempoConfig = join(unfitCopy, "dockerfiles/tempo/config.yaml");
  writeFileSync(
    tempoConfig,
    readFileSync(tempoConfig, "utf8")
      .replace("http_api_prefix: /tempo", "")
      .replace("server:", "server:\n  http_path_prefix: /tempo"),
  );
  const unfinishedCopy = copyProject("unfinished", (config) =>
    config
      .replace(
        "/** All configurations by name",
        'const dev = defineProfile({ ...target, environment: "dev", adoptsHclState: false });\n$&',
      )
      .replace(
        "export const profiles = { baseline, target, staging }",
        "export const profiles = { baseline, target, staging, dev }",
      ),
  );
  const misdeployedCopy = copyProject("misdeployed", (config) =>
    config.replace("prod: { profile: activeProfile }", 'prod: { profile: "staging" }'),
  );
  const overlappingCopy = copyProject("overlapping", (config) => config.replaceAll('"10.1.', '"10.0.'));
  [broken, unknown, unfit, homeless, unfinished, misdeployed, overlapping] = await Promise.all([
    runMain(brokenCopy, "broken"),
    runMain(ROOT, "unknown", { env: { LGTM_PROFILE: "nonsense" } }),
    runMain(unfitCopy, "unfit", { env: { LGTM_PROFILE: "target" } }),
    runMain(ROOT, "homeless", { env: { CDKTF_OUTDIR: join(scratch, "no/such/folder") } }),
    runMain(unfinishedCopy, "unfinished", { env: { LGTM_PROFILE: "dev" } }),
    runMain(misdeployedCopy, "misdeployed"),
    runMain(overlappingCopy, "overlapping"),
  ]);
}, 240_000);

describe("GIVEN the project as it is", () => {
  test("THEN all layers are written, each with the provider's lock file", () => {
    expect(here).toMatchObject({
      code: 0,
      stdout: `Synthesized profile "baseline" (environment prod) to ${here.outdir}\n`,
      stderr: "",
    });
    const lock = readFileSync(join(ROOT, "provider/terraform.lock.hcl"), "utf8");
    const files = filesOf(here.outdir);
    expect(Object.keys(files).sort()).toEqual(
      [
        "manifest.json",
        ...LAYER_IDS.flatMap((id) => [`stacks/${id}/.terraform.lock.hcl`, `stacks/${id}/cdk.tf.json`]),
      ].sort(),
    );
    for (const id of LAYER_IDS) expect(files[`stacks/${id}/.terraform.lock.hcl`]).toBe(lock);
  });

  test("THEN another checkout, working directory, time zone and language give the same bytes", () => {
    expect(elsewhere.code).toBe(0);
    expect(filesOf(elsewhere.outdir)).toEqual(filesOf(here.outdir));
  });

  test("THEN no file holds a path of this machine, or a moment", () => {
    for (const content of Object.values(filesOf(elsewhere.outdir))) {
      for (const path of [scratch, tmpdir(), ROOT, process.env.HOME ?? ROOT].filter((each) => each.length > 1))
        expect(content.split(/[\s"]/)).not.toContainEqual(expect.stringMatching(`^${path}(/|$)`));
      expect(content).not.toMatch(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/);
      expect(content).not.toContain("sourceMappingURL");
    }
  });

  test("THEN no connection was tried", () => {
    for (const { stderr } of [here, elsewhere]) expect(stderr).not.toContain("NETWORK");
  });

  test("and a connection would have been seen", () => {
    const program = "require('node:net').connect(9, '127.0.0.1')";
    const { stderr } = spawnSync(process.execPath, ["--require", join(scratch, "trap.cjs"), "-e", program]);
    expect(stderr.toString()).toContain('NETWORK {"port":9');
  });

  const reason = noNamespaces === undefined ? "" : ` (skipped: ${noNamespaces})`;
  (noNamespaces === undefined ? test : test.skip)(
    `THEN a network namespace without any network is enough${reason}`,
    () => {
      expect(elsewhere.code).toBe(0);
      expect(elsewhere.stdout).toMatch(/^Synthesized profile "baseline"/);
    },
  );
});

describe("GIVEN a configuration with two mistakes", () => {
  test("THEN the exit code is 2, both are told on standard error, and nothing else", () => {
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^Profile "baseline" in common\.config\.ts has \d problems:$/),
      expect.stringMatching(/^ {2}imageVersions\.tempo = "latest": must be the version of an upstream image/),
      expect.stringMatching(/^ {2}network\.vpcCidr = "10\.0\.0\.0\/8": must be between \/16 and \/28/),
    ]);
    expect(broken.stderr).not.toMatch(/^\s+at /m);
  });

  test("THEN nothing is written", () => {
    expect(existsSync(broken.outdir)).toBe(false);
  });
});

describe("GIVEN a mistake in a service's config", () => {
  test("THEN the exit code is 2, every finding says what to write instead, and there is no stack trace", () => {
    expect(unfit).toMatchObject({ code: 2, stdout: "" });
    expect(unfit.stderr).toMatch(/^Profile "target" has \d+ problems:\n/);
    expect(unfit.stderr).toMatch(/server\.http_path_prefix = "\/tempo": remove it .*\[http-path-prefix, I02\]/);
    expect(unfit.stderr).toMatch(/http_api_prefix: write http_api_prefix: \/tempo .*\[tempo-http-api-prefix, I01\]/);
    expect(unfit.stderr).toMatch(/GET \/tempo\/api\/search = "tempo:3200 answers 404"/);
    expect(unfit.stderr).not.toMatch(/^\s+at /m);
  });

  test("THEN nothing is written", () => {
    expect(existsSync(unfit.outdir)).toBe(false);
  });
});

describe("GIVEN an output folder in a folder that does not exist", () => {
  test("THEN the exit code is 2, the folder and the remedy are named, and there is no stack trace", () => {
    expect(homeless).toMatchObject({ code: 2, stdout: "" });
    expect(homeless.stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining(`The output folder ${join(scratch, "no/such/folder")} cannot be made: ENOENT`),
      "fix: create the folder that it lies in, or name another one in CDKTF_OUTDIR",
    ]);
    expect(existsSync(join(scratch, "no"))).toBe(false);
  });
});

describe("GIVEN a profile that does not exist", () => {
  test("THEN the exit code is 2, the known ones are listed, and nothing is written", () => {
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toBe(
      `Unknown profile "nonsense". common.config.ts defines: ${Object.keys(profiles).join(", ")}.\n`,
    );
    expect(existsSync(unknown.outdir)).toBe(false);
  });
});

describe("GIVEN an environment that is an unfinished copy of prod's", () => {
  test("THEN the exit code is 2, every shared name is told, and nothing is written", () => {
    expect(unfinished).toMatchObject({ code: 2, stdout: "" });
    const lines = unfinished.stderr.trimEnd().split("\n");
    expect(lines[0]).toBe("common.config.ts has 8 problems:");
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}profiles\.dev\.state\.bucket = "jsj-.*: must differ from /),
    );
    expect(unfinished.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(unfinished.outdir)).toBe(false);
  });
});

describe("GIVEN a deployment of another environment's profile", () => {
  test("THEN the exit code is 2, and nothing is written, whichever profile is synthesized", () => {
    expect(misdeployed).toMatchObject({ code: 2, stdout: "" });
    expect(misdeployed.stderr).toMatch(
      /^common\.config\.ts has 1 problem:\n {2}deployments\.prod\.profile = "staging": must name a profile of the environment "prod"/,
    );
    expect(existsSync(misdeployed.outdir)).toBe(false);
  });
});

describe("GIVEN networks of two environments that overlap", () => {
  test("THEN a warning says so, and the layers are written", () => {
    expect(overlapping.code).toBe(0);
    expect(overlapping.stderr).toMatch(
      /^Warning: profiles\.staging\.network\.vpcCidr = "10\.0\.0\.0\/16": overlaps profiles\.baseline\..*\[networks-overlap\]\n$/,
    );
    expect(filesOf(overlapping.outdir)).toEqual(filesOf(here.outdir));
  });
});
