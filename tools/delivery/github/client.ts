import type * as Rest from "@octokit/rest" with { "resolution-mode": "import" };
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../terminal/user-error";

/** A repository on GitHub, and the right to work on it. */
export interface GitHubAccess {
  /** Without a slash at the end; GitHub Enterprise Server has another one than GitHub. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** GitHub's REST API by its own library, and the repository that is worked on. */
export interface GitHub {
  /** Every method throws a UserError if GitHub refuses or cannot be reached. */
  readonly api: Rest.Octokit["rest"];
  /** Collects all pages of a list. */
  readonly paginate: Rest.Octokit["paginate"];
  /** Goes into every call. */
  readonly repository: { readonly owner: string; readonly repo: string };
}

/** Entries a page: the most that GitHub gives. */
export const PAGE = 100;
const TIMEOUT_MILLISECONDS = 30_000;
/** Time before each further try of a call that only reads. */
const PAUSES_MILLISECONDS = [1_000, 5_000];

/** Loads when GitHub is called: the library takes long to load. */
const load = createRequire(__filename);

/**
 * Reads the access that a job of GitHub Actions has: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL.
 * @throws UserError (exit "badInput") if one is missing
 */
export function gitHubAccess(env: NodeJS.ProcessEnv = process.env): GitHubAccess {
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "", GITHUB_API_URL } = env;
  const missing = Object.entries({ GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository })
    .filter(([, value]) => value === "")
    .map(([name]) => name);
  if (missing.length === 0)
    return { token, repository, apiUrl: (GITHUB_API_URL ?? "https://api.github.com").replace(/\/$/, "") };
  throw new UserError({
    what: `Not set: ${missing.join(", ")}.`,
    where: "environment",
    mend: "in a workflow, give the step GITHUB_TOKEN: ${{ github.token }}; elsewhere set a token and GITHUB_REPOSITORY=owner/name",
    exit: "badInput",
  });
}

/**
 * Connects to GitHub; nothing is asked yet.
 *
 * @param access the repository and the token
 * @param pauses milliseconds before each further try of a call that only reads
 */
export function connectToGitHub(access: GitHubAccess, pauses: readonly number[] = PAUSES_MILLISECONDS): GitHub {
  const { Octokit: Client } = load("@octokit/rest") as typeof Rest;
  const client = new Client({
    auth: access.token,
    baseUrl: access.apiUrl,
    log: { debug: silent, info: silent, warn: (text) => process.stderr.write(`${text}\n`), error: silent },
    request: { fetch: fetchInTime },
  });
  client.hook.wrap("request", async (call, options) => {
    const failure = (error: unknown) => inWords(error, options.method, client.request.endpoint.parse(options).url);
    // What changes something is sent once: nobody knows if a call without an answer was carried out.
    const tries = options.method === "GET" ? pauses : [];
    for (const pause of tries) {
      try {
        return await call(options);
      } catch (error) {
        if (!mayPass(error)) throw failure(error);
        await sleep(pause);
      }
    }
    try {
      return await call(options);
    } catch (error) {
      throw failure(error);
    }
  });
  const [owner = "", repo = ""] = access.repository.split("/");
  return { api: client.rest, paginate: client.paginate, repository: { owner, repo } };
}

/**
 * Gives the answer of a call, or undefined if GitHub answers with a status that is no error here.
 *
 * @param call what was asked
 * @param statuses that are no error
 */
export async function unlessStatus<T>(call: Promise<T>, ...statuses: readonly number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const status = error instanceof UserError ? responseOf(error.cause)?.status : undefined;
    if (status !== undefined && statuses.includes(status)) return undefined;
    throw error;
  }
}

function silent(): void {
  // The library logs every failure, which the error in words says better.
}

async function fetchInTime(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
}

interface GitHubResponse {
  readonly status: number;
  readonly data: unknown;
}

/** The answer in an error of the library; undefined if there was none. */
function responseOf(error: unknown): GitHubResponse | undefined {
  return (error as { readonly response?: GitHubResponse } | undefined)?.response;
}

/** Tells if another try may help: no answer, too many calls, or a fault of GitHub's own. */
function mayPass(error: unknown): boolean {
  const status = responseOf(error)?.status;
  return status === undefined || status === 429 || status >= 500;
}

function inWords(error: unknown, method: string, url: string): UserError {
  const response = responseOf(error);
  if (response === undefined) {
    return new UserError(
      {
        what: `GitHub cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
        where: `${method} ${url}`,
        mend: "run the job again; if it stays so, look at GITHUB_API_URL and GitHub's status page",
      },
      { cause: error },
    );
  }
  const isForbidden = [401, 403, 404].includes(response.status);
  return new UserError(
    {
      what: `GitHub refuses ${method} ${new URL(url).pathname}: status ${response.status}.`,
      mend: isForbidden
        ? "give the job the permission that GitHub's answer names (`permissions:` of the job), and the step GITHUB_TOKEN"
        : "read GitHub's answer; if it is a fault of its own (5xx), run the job again",
      detail: textOf(response.data).slice(0, 1_000),
    },
    { cause: error },
  );
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}
