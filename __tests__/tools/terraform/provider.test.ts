import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "../../../tools/terraform/platform";
import { lockedVersion, lookForMirror, providerAddress, setUpProvider } from "../../../tools/terraform/provider";

const terraform = { path: "/no/terraform", version: "1.11.4", foundIn: "PATH" };
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lgtm-test-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function makeMirror(folder: string, version = lockedVersion()): string {
  mkdirSync(join(folder, ...providerAddress.split("/"), version, platform()), { recursive: true });
  return folder;
}

function env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { HOME: home, XDG_DATA_DIRS: join(home, "share"), ...more };
}

async function configOf(setup: ReturnType<typeof setUpProvider>): Promise<string> {
  const file = (await setup).environment.TF_CLI_CONFIG_FILE;
  return file === undefined ? "" : readFileSync(file, "utf8");
}

const none: readonly string[] = [];

test("takes the named mirror before all others", async () => {
  const named = makeMirror(join(home, "named"));
  makeMirror(join(home, ".terraform.d", "plugins"));

  const config = await configOf(
    setUpProvider(terraform, { env: env({ LGTM_PROVIDER_MIRROR: named }), wellKnownRoots: none, configFolder: home }),
  );

  expect(config).toContain(`path    = "${named}"`);
  expect(config).toContain(`include = ["${providerAddress}"]`);
});

test("a named mirror without the locked version is an error, not silently something else", async () => {
  const named = makeMirror(join(home, "named"), "5.99.0");
  makeMirror(join(home, ".terraform.d", "plugins"));

  const setup = setUpProvider(terraform, {
    env: env({ LGTM_PROVIDER_MIRROR: named }),
    wellKnownRoots: none,
    configFolder: home,
  });

  await expect(setup).rejects.toMatchObject({ exit: "missing", where: "environment variable LGTM_PROVIDER_MIRROR" });
});

test("a configuration of the user that says where providers come from is left alone", async () => {
  makeMirror(join(home, ".terraform.d", "plugins"));
  writeFileSync(join(home, ".terraformrc"), "provider_installation {\n  direct {}\n}\n");

  const setup = await setUpProvider(terraform, { env: env(), wellKnownRoots: none, configFolder: home });

  expect(setup.environment).toEqual({});
  expect(setup.source).toContain(join(home, ".terraformrc"));
});

test("other settings of the user stay, the plugin cache goes", async () => {
  makeMirror(join(home, ".terraform.d", "plugins"));
  writeFileSync(
    join(home, ".terraformrc"),
    'plugin_cache_dir = "/cache"\ncredentials "example.com" {\n  token = "t"\n}\n',
  );

  const config = await configOf(setUpProvider(terraform, { env: env(), wellKnownRoots: none, configFolder: home }));

  expect(config).toContain('credentials "example.com"');
  expect(config).not.toContain("plugin_cache_dir");
  expect(config).toContain("filesystem_mirror");
});

test("a TF_CLI_CONFIG_FILE that names a missing file does not hinder", async () => {
  const mirror = makeMirror(join(home, "opt", "some-plugins"));

  const config = await configOf(
    setUpProvider(terraform, {
      env: env({ TF_CLI_CONFIG_FILE: join(home, "missing") }),
      wellKnownRoots: [join(home, "opt"), join(home, "not-there")],
      configFolder: home,
    }),
  );

  expect(config).toContain(`path    = "${mirror}"`);
});

test("lookForMirror tells the layouts apart and ignores other versions", () => {
  makeMirror(join(home, ".terraform.d", "plugins"), "5.0.0");
  expect(lookForMirror({ env: env(), wellKnownRoots: none })).toBeUndefined();

  const packed = join(home, "share", "terraform", "plugins");
  mkdirSync(join(packed, ...providerAddress.split("/")), { recursive: true });
  const zip = `terraform-provider-aws_${lockedVersion()}_${platform()}.zip`;
  writeFileSync(join(packed, ...providerAddress.split("/"), zip), "");
  expect(lookForMirror({ env: env(), wellKnownRoots: none })).toEqual({ folder: packed, layout: "packed" });
});
