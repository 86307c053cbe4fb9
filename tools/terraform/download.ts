import { unzip, type AsyncUnzipOptions, type Unzipped } from "fflate";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { Interrupted, interruptSignal } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import { platform } from "./provider";
import { checksumsUrl, downloadFolder, pinnedTerraformVersion, releasesUrl, terraformProgram } from "./release";

/** What is downloaded, and where to. */
export interface DownloadOptions {
  /** @default - the pinned one */
  readonly version?: string;
  /** Where LGTM_TERRAFORM_RELEASES is looked for. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that holds the program afterwards. @default - `.lgtm/terraform/<version>` */
  readonly folder?: string;
  /** Told what takes a while. @default - no one */
  readonly report?: ((text: string) => void) | undefined;
  /** Seconds without a byte after which the download is given up. @default 60 */
  readonly idleSeconds?: number;
}

/** What every step needs. */
interface Download {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly idleSeconds: number;
}

/**
 * Downloads an official Terraform release, checks it against the SHA256SUMS of that release, and only then unpacks it. The
 * folder appears complete or not at all, also when two processes download at once.
 * @returns absolute path of the program
 * @throws UserError (exit "missing") when there is no network or the archive is not what SHA256SUMS says
 */
export async function downloadTerraform(options: DownloadOptions = {}): Promise<string> {
  const version = options.version ?? pinnedTerraformVersion;
  const folder = options.folder ?? downloadFolder(version);
  const { env = process.env, idleSeconds = 60 } = options;
  const download: Download = { version, env, folder, idleSeconds };
  const program = join(folder, terraformProgram);
  if (existsSync(program)) return program;
  options.report?.(`Terraform is missing: downloading ${version} from ${releasesUrl(env)} (once, some 30 MB) ...`);
  const archive = await verifiedArchive(download);
  await install(archive, download);
  options.report?.(`Terraform ${version} checked against its SHA256SUMS and unpacked into ${folder}`);
  return program;
}

async function verifiedArchive(download: Download): Promise<Uint8Array> {
  const { version, env } = download;
  const name = `terraform_${version}_${platform()}.zip`;
  const sums = await get(checksumsUrl(version, env), download);
  const expected = checksumOf(name, Buffer.from(sums).toString("utf8"));
  if (expected === undefined) {
    throw refused(download, `The SHA256SUMS of Terraform ${version} names no ${name}.`, checksumsUrl(version, env));
  }
  const url = `${releasesUrl(env)}/${version}/${name}`;
  const archive = await get(url, download);
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual === expected) return archive;
  throw refused(
    download,
    `The downloaded ${name} is not the published one; it was thrown away.`,
    url,
    `SHA-256 in SHA256SUMS: ${expected}\nSHA-256 of the file:     ${actual}`,
  );
}

/** One line a file: 64 hexadecimal digits, two spaces, the name. */
function checksumOf(name: string, sums: string): string | undefined {
  const lines = sums.split("\n").map((line) => /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(line));
  return lines.find((match) => match?.[2] === name)?.[1]?.toLowerCase();
}

async function get(url: string, download: Download): Promise<Uint8Array> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, download.idleSeconds * 1000);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([silence.signal, interruptSignal]) });
    if (!answer.ok || answer.body === null) throw refused(download, `The server answers ${answer.status}.`, url);
    const parts: Uint8Array[] = [];
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      parts.push(part);
      timer.refresh();
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (interruptSignal.aborted) throw new Interrupted();
    if (error instanceof UserError) throw error;
    throw unreachable(download, url, error, silence.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

const mend = ({ version, folder, env }: Download): string =>
  `check network and proxy (a proxy is not used for this download), or install Terraform ${version} from ` +
  `https://developer.hashicorp.com/terraform/install and put it on PATH, or unpack it into ${folder}; ` +
  (env.LGTM_TERRAFORM_RELEASES === undefined
    ? "LGTM_TERRAFORM_RELEASES may name a mirror of the releases"
    : "LGTM_TERRAFORM_RELEASES names the mirror that was tried");

function refused(download: Download, what: string, where: string, detail = ""): UserError {
  return new UserError({ what, where, mend: mend(download), detail, exit: "missing" });
}

function unreachable(download: Download, url: string, error: unknown, silent: boolean): UserError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = silent
    ? `nothing came for ${download.idleSeconds} s`
    : cause instanceof Error
      ? ((cause as NodeJS.ErrnoException).code ?? cause.message)
      : String(cause);
  return new UserError(
    {
      what: `Terraform ${download.version} is not installed and could not be downloaded (${reason}).`,
      where: url,
      mend: mend(download),
      exit: "missing",
    },
    { cause: error },
  );
}

const unzipInBackground = promisify<Uint8Array, AsyncUnzipOptions, Unzipped>(unzip);

/** Unpacks into a folder of its own beside the final one, then renames it: no one ever sees half of it. */
async function install(archive: Uint8Array, download: Download): Promise<void> {
  const { folder, version } = download;
  const files = await unzipInBackground(archive, { filter: ({ name }) => name === terraformProgram });
  const program = files[terraformProgram];
  if (program === undefined)
    throw refused(download, `The archive of Terraform ${version} holds no ${terraformProgram}.`, folder);
  mkdirSync(dirname(folder), { recursive: true });
  removeDeadDrafts(folder);
  const draft = mkdtempSync(`${draftPrefix(folder)}${process.pid}-`);
  try {
    const file = join(draft, terraformProgram);
    writeFileSync(file, program);
    chmodSync(file, 0o755);
    // mkdtemp makes folders that only their owner may enter.
    chmodSync(draft, 0o755);
    moveIntoPlace(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function draftPrefix(folder: string): string {
  return join(dirname(folder), `.draft-${basename(folder)}-`);
}

/** Removes what a killed process left behind. */
function removeDeadDrafts(folder: string): void {
  const prefix = basename(draftPrefix(folder));
  for (const name of readdirSync(dirname(folder)).filter((one) => one.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!isRunning(pid)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Another process may have been faster; its copy is as good, since both were checked. */
function moveIntoPlace(draft: string, folder: string): void {
  const isThere = (): boolean => existsSync(join(folder, terraformProgram));
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (isThere()) return;
    if (!existsSync(folder)) throw error;
    // A folder without the program is in the way: an unpacking by hand that went wrong.
    rmSync(folder, { recursive: true });
    renameSync(draft, folder);
  }
}
