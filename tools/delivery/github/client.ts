import { z } from "zod";
import { UserError } from "../../terminal/user-error";

/** A repository on GitHub, and the right to work on it. */
export interface GitHubAccess {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** GitHub's REST API, as far as the workflows need it. */
export interface GitHub {
  /**
   * Asks for all pages of a list.
   *
   * @param path below `/repos/<owner>/<name>/`
   * @param item the form of one entry
   * @throws UserError when GitHub refuses or cannot be reached
   */
  list<T>(path: string, item: z.ZodType<T>): Promise<readonly T[]>;
  /**
   * Makes one call.
   *
   * @param answer the form of the answer
   * @param allowed status codes besides 2xx that are no error; the answer is undefined then
   * @throws UserError when GitHub refuses or cannot be reached
   */
  call<T>(request: GitHubRequest, answer: z.ZodType<T>, allowed?: readonly number[]): Promise<T | undefined>;
}

/** One call of the API. */
export interface GitHubRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  /** Below `/repos/<owner>/<name>/`. */
  readonly path: string;
  readonly body?: object;
}

/** Entries a page: the most that GitHub gives. */
const PAGE = 100;
const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Access as a job of GitHub Actions has it: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL.
 * @throws UserError (exit "badInput") when one is missing
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

/** Connects to GitHub; nothing is asked yet. */
export function connectToGitHub(access: GitHubAccess): GitHub {
  const call: GitHub["call"] = async (request, answer, allowed = []) => {
    const response = await send(access, request);
    if (allowed.includes(response.status)) return undefined;
    if (!response.ok) throw await refusal(request, response);
    return answer.parse(await response.json());
  };
  return {
    call,
    list: async <T>(path: string, item: z.ZodType<T>) => {
      const all: T[] = [];
      for (let page = 1; ; page += 1) {
        const joint = path.includes("?") ? "&" : "?";
        const paged = `${path}${joint}per_page=${PAGE}&page=${page}`;
        const some = (await call({ method: "GET", path: paged }, z.array(item))) ?? [];
        all.push(...some);
        if (some.length < PAGE) return all;
      }
    },
  };
}

async function send({ apiUrl, repository, token }: GitHubAccess, { method, path, body }: GitHubRequest) {
  try {
    return await fetch(`${apiUrl}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
  } catch (error) {
    const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
    throw new UserError(
      {
        what: `GitHub cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
        where: `${method} ${apiUrl}/repos/${repository}/${path}`,
        mend: "run the job again; if it stays so, look at GITHUB_API_URL and GitHub's status page",
      },
      { cause: error },
    );
  }
}

async function refusal({ method, path }: GitHubRequest, response: Response): Promise<UserError> {
  const isForbidden = response.status === 401 || response.status === 403 || response.status === 404;
  return new UserError({
    what: `GitHub refuses ${method} ${path.split("?")[0] ?? path}: status ${response.status}.`,
    mend: isForbidden
      ? "give the job the permission that GitHub's answer names (`permissions:` of the job), and the step GITHUB_TOKEN"
      : "read GitHub's answer; if it is a fault of its own (5xx), run the job again",
    detail: (await response.text()).slice(0, 1_000),
  });
}
