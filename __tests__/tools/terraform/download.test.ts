import { zipSync } from "fflate";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadTerraform, type DownloadOptions } from "../../../tools/terraform/download";
import { ensureTerraform } from "../../../tools/terraform/binary";
import { platform } from "../../../tools/terraform/platform";
import { pinnedTerraform, releasesUrl } from "../../../tools/terraform/release";

const name = `terraform_9.9.9_${platform()}.zip`;
const program = new TextEncoder().encode('#!/bin/sh\necho \'{"terraform_version": "9.9.9"}\'\n');
const archive = Buffer.from(zipSync({ "LICENSE.txt": new Uint8Array(10), terraform: program }));
const release = {
  version: "9.9.9",
  hashes: { [platform()]: { archive: sha256(archive), program: sha256(program) } },
};

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let home: string;
let folder: string;
let server: Server;
let url: string;
/** What the server answers, by file name; a function does what it likes with the answer. */
let files: Record<string, string | Buffer>;
let hang: string | undefined;
let cut: string | undefined;
let asked: string[];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  folder = join(home, "terraform", "9.9.9");
  files = { [name]: archive };
  [hang, cut, asked] = [undefined, undefined, []];
  server = createServer((request, response) => {
    const file = (request.url ?? "").replace("/releases/9.9.9/", "");
    asked.push(file);
    const body = files[file];
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-length": Buffer.byteLength(body) });
    if (file !== hang && file !== cut) {
      response.end(body);
      return;
    }
    response.write(body.slice(0, 20));
    if (file === cut) setTimeout(() => response.destroy(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

function download(more: DownloadOptions = {}): Promise<string> {
  return downloadTerraform({ release, folder, env: { LGTM_TERRAFORM_RELEASES: url }, ...more });
}

/** All that is left in the folder that holds releases. */
function left(): string[] {
  const parent = join(home, "terraform");
  return existsSync(parent) ? readdirSync(parent) : [];
}

test("a good archive is unpacked, and nothing else is left", async () => {
  const path = await download();

  expect(path).toBe(join(folder, "terraform"));
  expect(readFileSync(path)).toEqual(Buffer.from(program));
  accessSync(path, constants.X_OK);
  expect(left()).toEqual(["9.9.9"]);
  expect(readdirSync(folder)).toEqual(["terraform"]);
});

test("what is there already is not downloaded again", async () => {
  await download();
  asked = [];

  await download();

  expect(asked).toEqual([]);
});

test("an archive with another hash is thrown away before it is unpacked", async () => {
  files[name] = Buffer.from(zipSync({ terraform: new TextEncoder().encode("evil") }));

  await expect(download()).rejects.toMatchObject({
    exit: "missing",
    what: expect.stringContaining("not the published one") as string,
    detail: expect.stringContaining(sha256(archive)) as string,
  });
  expect(left()).toEqual([]);
});

test("an archive whose program is not the pinned one is thrown away, though the archive's hash is right", async () => {
  const hashes = { [platform()]: { archive: sha256(archive), program: sha256(Buffer.from("another")) } };

  await expect(download({ release: { ...release, hashes } })).rejects.toMatchObject({
    exit: "missing",
    what: expect.stringContaining("differs from its pinned hash") as string,
  });
  expect(left()).toEqual([]);
});

test("a platform without a pinned hash gets no download, and the message says what to do", async () => {
  const hashes = { plan9_mips: { archive: sha256(archive), program: sha256(program) } };

  await expect(download({ release: { ...release, hashes } })).rejects.toMatchObject({
    exit: "missing",
    what: `Terraform 9.9.9 is not downloaded for ${platform()}: its hash for this platform is not pinned.`,
    mend: expect.stringContaining("put it on PATH") as string,
  });
  expect(asked).toEqual([]);
});

test("an installed copy that was altered is refused, and not downloaded over", async () => {
  const path = await download();
  appendFileSync(path, "echo evil\n");
  asked = [];

  await expect(download()).rejects.toMatchObject({
    exit: "missing",
    what: expect.stringContaining("is not Terraform 9.9.9 as HashiCorp published it") as string,
    where: path,
  });
  expect(asked).toEqual([]);
});

test.each([
  ["http://mirror.example/terraform", "http://mirror.example/terraform/9.9.9/"],
  ["http://127.0.0.1.example", "http://127.0.0.1.example/9.9.9/"],
  ["ftp://127.0.0.1", "ftp://127.0.0.1/9.9.9/"],
  ["mirror.example", "mirror.example/9.9.9/"],
])("a mirror at %s is refused before anything is asked", async (mirror, asked) => {
  await expect(download({ env: { LGTM_TERRAFORM_RELEASES: mirror } })).rejects.toMatchObject({
    exit: "missing",
    what: `Terraform is downloaded by https alone, not from ${asked}${name}.`,
  });
});

test("a mirror that sends on to plain http is refused", async () => {
  const redirect = `http://mirror.example/${name}`;
  const fetched = jest
    .spyOn(globalThis, "fetch")
    .mockResolvedValueOnce(Object.defineProperty(new Response("x"), "url", { value: redirect }));

  await expect(download()).rejects.toMatchObject({ what: expect.stringContaining(redirect) as string });
  fetched.mockRestore();
});

test("the pinned hashes are 64 hexadecimal digits, each another one", () => {
  const all = Object.values(pinnedTerraform.hashes).flatMap(({ archive, program }) => [archive, program]);
  expect(all.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  expect(new Set(all).size).toBe(2 * Object.keys(pinnedTerraform.hashes).length);
});

test("a server without the release is said with its answer and URL", async () => {
  files = {};

  await expect(download()).rejects.toMatchObject({
    what: "The server answers 404.",
    where: `${url}/9.9.9/${name}`,
  });
});

test("without network the message says how to install it by hand", async () => {
  const env = { LGTM_TERRAFORM_RELEASES: "http://127.0.0.1:9" };

  await expect(download({ env })).rejects.toMatchObject({
    exit: "missing",
    what: expect.stringMatching(/Terraform 9\.9\.9 is not installed and could not be downloaded/) as string,
    mend: expect.stringContaining(`unpack it into ${folder}`) as string,
  });
});

test.each(["cut off", "silent"])("a download that is %s leaves nothing half", async (how) => {
  if (how === "silent") hang = name;
  else cut = name;

  await expect(download({ idleSeconds: 1 })).rejects.toMatchObject({
    exit: "missing",
    what: expect.stringContaining(how === "silent" ? "nothing came for 1 s" : "could not be downloaded") as string,
  });
  expect(left()).toEqual([]);
});

test("a process that is killed while it downloads leaves nothing half, and the next one succeeds", async () => {
  hang = name;
  const script = `
    require("tsx/cjs/api").register();
    require("./tools/terraform/download.ts").downloadTerraform(${JSON.stringify({ release, folder })});`;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: join(__dirname, "../../.."),
    env: { PATH: process.env.PATH, LGTM_TERRAFORM_RELEASES: url },
  });
  while (!asked.includes(name)) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  hang = undefined;

  expect(existsSync(folder)).toBe(false);
  expect(existsSync(await download())).toBe(true);
});

test("two downloads at once both end with a whole program", async () => {
  const paths = await Promise.all([download(), download()]);

  for (const path of paths) expect(readFileSync(path)).toEqual(Buffer.from(program));
  expect(left()).toEqual(["9.9.9"]);
});

test("drafts of dead processes are removed, those of living ones and a broken folder's rest are handled", async () => {
  const parent = join(home, "terraform");
  mkdirSync(join(parent, ".draft-9.9.9-999999999-abc"), { recursive: true });
  mkdirSync(join(parent, `.draft-9.9.9-${process.pid}-abc`));
  mkdirSync(folder);
  writeFileSync(join(folder, "LICENSE.txt"), "");

  const path = await download();

  expect(readFileSync(path)).toEqual(Buffer.from(program));
  expect(left().sort()).toEqual([`.draft-9.9.9-${process.pid}-abc`, "9.9.9"]);
});

test("releases come from HashiCorp unless a mirror is named", () => {
  expect(releasesUrl({})).toBe("https://releases.hashicorp.com/terraform");
  expect(releasesUrl({ LGTM_TERRAFORM_RELEASES: "https://mirror.example/tf/" })).toBe("https://mirror.example/tf");
});

describe("ensureTerraform", () => {
  test("downloads nothing when the layers would not accept the pinned release", async () => {
    const env = { PATH: home, LGTM_TERRAFORM_RELEASES: url };

    await expect(ensureTerraform({ env, constraint: ">= 1.99.0" })).rejects.toMatchObject({
      exit: "missing",
      what: "Terraform is not installed.",
    });
    expect(asked).toEqual([]);
  });

  test("takes what is on PATH without asking the network", async () => {
    writeFileSync(join(home, "terraform"), '#!/bin/sh\necho \'{"terraform_version": "1.13.0"}\'\n', { mode: 0o755 });
    const env = { PATH: `${home}:/bin:/usr/bin`, LGTM_TERRAFORM_RELEASES: url };

    expect(await ensureTerraform({ env, constraint: ">= 1.11.0, < 2.0.0" })).toMatchObject({
      version: "1.13.0",
      foundIn: "PATH",
    });
    expect(asked).toEqual([]);
  });
});
