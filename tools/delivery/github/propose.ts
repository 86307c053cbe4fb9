import { PAGE, unlessStatus, type GitHub } from "./client";

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

/**
 * Commits the file on a branch of its own and opens a pull request, all by GitHub's API: no Git credentials are needed. Run
 * again, it brings the same branch and pull request up to date.
 * @returns the pull request's address; undefined when the file is as it was
 * @throws UserError when GitHub refuses or cannot be reached
 */
export async function propose(github: GitHub, proposal: Proposal): Promise<string | undefined> {
  const { path, content, branch, base, title, body } = proposal;
  const { api, paginate, repository } = github;
  const before = await readFile(github, path, proposal.commit);
  if (before?.text === content) return undefined;
  const ref = { ref: `refs/heads/${branch}`, sha: proposal.commit };
  // 422: the branch is there from an earlier try.
  await unlessStatus(api.git.createRef({ ...repository, ...ref }), 422);
  const current = await readFile(github, path, branch);
  if (current?.text !== content) {
    const encoded = Buffer.from(content).toString("base64");
    const sha = current === undefined ? {} : { sha: current.sha };
    await api.repos.createOrUpdateFileContents({
      ...repository,
      path,
      message: title,
      content: encoded,
      branch,
      ...sha,
    });
  }
  // 422: the pull request is there from an earlier try.
  const opened = await unlessStatus(api.pulls.create({ ...repository, title, body, head: branch, base }), 422);
  if (opened !== undefined) return opened.data.html_url;
  const all = await paginate(api.pulls.list, { ...repository, state: "open", base, per_page: PAGE });
  const own = all.find(({ head }) => head.ref === branch);
  if (own === undefined) throw new Error(`GitHub opens no pull request for ${branch}, and there is none`);
  return own.html_url;
}

/** A file at a commit or branch; undefined if it is not there. */
async function readFile(
  { api, repository }: GitHub,
  path: string,
  ref: string,
): Promise<{ readonly sha: string; readonly text: string } | undefined> {
  const found = await unlessStatus(api.repos.getContent({ ...repository, path, ref }), 404);
  if (found === undefined) return undefined;
  const { data } = found;
  if (Array.isArray(data) || !("content" in data)) throw new Error(`${path} is no file on GitHub`);
  return { sha: data.sha, text: Buffer.from(data.content, "base64").toString("utf8") };
}
