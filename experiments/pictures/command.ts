import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { exitCodes } from "../../tools/terminal/exit-codes";
import { projectRoot } from "../../tools/terminal/paths";
import { run } from "../../tools/terminal/process";
import { UserError } from "../../tools/terminal/user-error";

/**
 * `npm run pictures`: draws the two pictures of the README from real runs. The approver's page is that of
 * `./lgtm plan --fixtures --profile target`, the table that of `./lgtm rehearse` on the network's layers. Needs Chromium.
 */
const FOLDER = join(projectRoot, "docs", "pictures");

/** One picture: its file, and the size in pixels of the window that it is taken from. */
interface Picture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

async function drawAll(): Promise<void> {
  const chromium = findChromium();
  const scratch = mkdtempSync(join(tmpdir(), "lgtm-pictures-"));
  mkdirSync(FOLDER, { recursive: true });
  try {
    const page = join(scratch, "approval.html");
    await lgtm(["plan", "--fixtures", "--profile", "target", "--html", page]);
    await draw(chromium, scratch, page, { file: "approval.png", width: 1200, height: 1500 });

    const table = await lgtm(["rehearse", "--layer", "01-vpc"]);
    const terminal = join(scratch, "rehearsal.html");
    writeFileSync(terminal, terminalPage(`$ ./lgtm rehearse --layer 01-vpc\n${table}`));
    await draw(chromium, scratch, terminal, { file: "rehearsal.png", width: 900, height: 420 });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Standard output of a command of this project; it is a page's or a table's text, without progress. */
async function lgtm(args: readonly string[]): Promise<string> {
  process.stderr.write(`./lgtm ${args.join(" ")}\n`);
  const { code, stdout, stderr } = await run(process.execPath, [join(projectRoot, "lgtm"), ...args], {
    cwd: projectRoot,
  });
  if (code === 0) return stdout;
  throw new UserError({
    what: `./lgtm ${args.join(" ")} ended with ${code}.`,
    mend: "run it by itself, mend what it says, and draw again",
    detail: stderr.slice(-2_000),
  });
}

async function draw(chromium: string, scratch: string, page: string, { file, width, height }: Picture): Promise<void> {
  // Root may not use Chromium's sandbox; the pages are our own and load nothing.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const picture = join(FOLDER, file);
  rmSync(picture, { force: true });
  const flags = [
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
  ];
  const own = [
    `--user-data-dir=${join(scratch, "profile")}`,
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
  ];
  await run(chromium, [...flags, ...sandbox, ...own, pathToFileURL(page).href], { timeoutSeconds: 120 });
  if (!existsSync(picture))
    throw new UserError({ what: `Chromium drew no ${file}.`, mend: "run it on the page by hand" });
  process.stderr.write(`drew docs/pictures/${file}\n`);
}

function terminalPage(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const style = "margin:0;padding:20px;background:#15171c;color:#d6dae3;font:14px/1.35 'DejaVu Sans Mono',monospace";
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:#15171c"><pre style="${style}">${escaped}</pre>`;
}

/** @throws UserError (exit "missing") where no Chromium is on PATH */
function findChromium(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new UserError({
    what: "There is no Chromium on PATH.",
    mend: "install it (Debian, Ubuntu: apt-get install chromium)",
    exit: "missing",
  });
}

drawAll().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.render()}\n`);
  process.exitCode = exitCodes[error.exit];
});
