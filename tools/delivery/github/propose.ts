import { z } from "zod";
import type { GitHub } from "./client";

/** A change of one file, proposed as a pull request. */
export interface Proposal {
  /** Path of the file in the repository. */
  readonly path: string;
  readonly content: string;
  /** Commit that the change was made on: what others change meanwhile is merged, not overwritten. */
  readonly commit: string;
  /** Branch that is made for it. */
  readonly branch: string;
  /** Branch that it goes into. */
  readonly base: string;
  /** Title of the pull request and message of the commit. */
  readonly title: string;
  /** Text of the pull request, in Markdown. */
  readonly body: string;
}

const fileSchema = z.object({ sha: z.string(), content: z.string() });
const pullSchema = z.object({ html_url: z.string() });

/**
 * Commits the file on a branch of its own and opens a pull request, all by GitHub's API: no Git credentials are needed. Run
 * again, it brings the same branch and pull request up to date.
 * @returns the pull request's address; undefined when the file is as it was
 * @throws UserError when GitHub refuses or cannot be reached
 */
export async function propose(github: GitHub, proposal: Proposal): Promise<string | undefined> {
  const { path, content, branch, base, title, body } = proposal;
  const before = await readFile(github, path, proposal.commit);
  if (before !== undefined && decode(before.content) === content) return undefined;
  const ref = { ref: `refs/heads/${branch}`, sha: proposal.commit };
  // 422: the branch is there from an earlier try.
  await github.call({ method: "POST", path: "git/refs", body: ref }, z.unknown(), [422]);
  const current = await readFile(github, path, branch);
  if (current === undefined || decode(current.content) !== content) {
    const encoded = Buffer.from(content).toString("base64");
    const sha = current === undefined ? {} : { sha: current.sha };
    const put = { message: title, content: encoded, branch, ...sha };
    await github.call({ method: "PUT", path: `contents/${path}`, body: put }, z.unknown());
  }
  // 422: the pull request is there from an earlier try.
  const request = { method: "POST", path: "pulls", body: { title, body, head: branch, base } } as const;
  const opened = await github.call(request, pullSchema, [422]);
  if (opened !== undefined) return opened.html_url;
  const all = await github.list(
    `pulls?state=open&base=${base}`,
    pullSchema.extend({ head: z.object({ ref: z.string() }) }),
  );
  const own = all.find(({ head }) => head.ref === branch);
  if (own === undefined) throw new Error(`GitHub opens no pull request for ${branch}, and there is none`);
  return own.html_url;
}

async function readFile(github: GitHub, path: string, ref: string) {
  return github.call({ method: "GET", path: `contents/${path}?ref=${encodeURIComponent(ref)}` }, fileSchema, [404]);
}

function decode(content: string): string {
  return Buffer.from(content, "base64").toString("utf8");
}
