import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One comment or issue, as the stand-in keeps it. */
export interface Item {
  number: number;
  id: number;
  state: string;
  title: string;
  body: string;
  labels: string[];
  html_url: string;
  comments: string[];
}

/** Protection of an environment. */
export interface Environment {
  readonly protection_rules: readonly object[];
  readonly deployment_branch_policy: {
    readonly protected_branches: boolean;
    readonly custom_branch_policies: boolean;
  } | null;
  /** Branches and tags that may deploy, if `custom_branch_policies`. */
  readonly allowed?: readonly { readonly name: string; readonly type: "branch" | "tag" }[];
}

type Body = Readonly<Record<string, unknown>>;
interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Whether a list goes on after this page; GitHub says so by a link. */
  readonly goesOn?: boolean;
}

export const TOKEN = "stand-in-token";

/** Stands in for GitHub's REST API of one repository, `acme/lgtm`, with what the commands use of it. */
export class StandInGitHub {
  readonly comments: Item[] = [];
  readonly issues: Item[] = [];
  readonly pulls: Item[] = [];
  /** Files by `<ref>:<path>`. */
  readonly files = new Map<string, string>();
  readonly branches = new Map<string, string>();
  /** Environments by name, as GitHub describes them. */
  readonly environments = new Map<string, Environment>();
  /** Branches with a protection rule. */
  readonly protectedBranches = new Set<string>();
  /** Method and path of every call, in order. */
  readonly calls: string[] = [];
  /** Every call is answered with this status, once set. */
  refuseWith: number | undefined;
  /** Statuses of the next calls, in order; then calls are answered as usual. */
  readonly failures: number[] = [];
  private last = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<StandInGitHub> {
    const server = createServer();
    const gitHub = new StandInGitHub(server);
    server.on("request", (request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        const path = decodeURIComponent((request.url ?? "").replace("/repos/acme/lgtm/", ""));
        // GitHub takes both words.
        const authorized = /^(?:Bearer|token) (.*)$/.exec(request.headers.authorization ?? "")?.[1] === TOKEN;
        const body = text === "" ? {} : (JSON.parse(text) as Body);
        const answer = authorized
          ? gitHub.answer(request.method ?? "GET", path, body)
          : { status: 401, body: { message: "Bad credentials" } };
        const link = answer.goesOn === true ? { link: `<${nextPage(request)}>; rel="next"` } : {};
        response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8", ...link });
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return gitHub;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What a step of a workflow has in its environment. */
  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: "acme/lgtm",
      GITHUB_TOKEN: TOKEN,
      GITHUB_SHA: "base-commit",
    };
  }

  /** Adds a comment or issue that is there already. */
  add(to: Item[], item: Partial<Item>): Item {
    this.last += 1;
    const { last } = this;
    const added = {
      number: last,
      id: last,
      state: "open",
      title: "",
      body: "",
      labels: [],
      html_url: `https://github.example/${last}`,
      comments: [],
      ...item,
    };
    to.push(added);
    return added;
  }

  private answer(method: string, path: string, body: Body): Answer {
    const [route = "", query = ""] = path.split("?");
    this.calls.push(`${method} ${route}`);
    const status = this.failures.shift() ?? this.refuseWith;
    if (status !== undefined) return { status, body: { message: "Resource not accessible" } };
    const parameters = new URLSearchParams(query);
    if (route.startsWith("contents/")) return this.contents(method, route.slice("contents/".length), body, parameters);
    if (route === "git/refs") return this.makeBranch(body);
    if (route === "pulls") return this.pullRequests(method, body, parameters);
    if (route.startsWith("environments/")) return this.environment(route.slice("environments/".length));
    if (route.startsWith("branches/")) {
      const name = route.slice("branches/".length);
      return { status: 200, body: { name, protected: this.protectedBranches.has(name) } };
    }
    return this.issuesAndComments(method, route, body, parameters);
  }

  private environment(route: string): Answer {
    const [name = "", rest] = route.split("/");
    const environment = this.environments.get(name);
    if (environment === undefined) return { status: 404, body: { message: "Not Found" } };
    const { allowed = [], ...described } = environment;
    return rest === undefined
      ? { status: 200, body: { name, ...described } }
      : { status: 200, body: { total_count: allowed.length, branch_policies: allowed } };
  }

  private issuesAndComments(method: string, route: string, body: Body, query: URLSearchParams): Answer {
    const comment = /^issues\/comments\/(\d+)$/.exec(route);
    if (comment !== null) return this.change(this.comments, Number(comment[1]), body);
    const comments = /^issues\/(\d+)\/comments$/.exec(route);
    if (comments !== null) {
      if (method === "GET") return page(this.comments, query);
      const issue = this.issues.find(({ number }) => number === Number(comments[1]));
      issue?.comments.push(String(body.body));
      return { status: 201, body: issue ?? this.add(this.comments, body) };
    }
    if (route === "issues" && method === "POST") {
      return { status: 201, body: this.add(this.issues, body) };
    }
    if (route === "issues") {
      const label = query.get("labels") ?? "";
      return page(
        this.issues.filter(({ labels }) => labels.includes(label)),
        query,
      );
    }
    return this.change(this.issues, Number(/^issues\/(\d+)$/.exec(route)?.[1]), body);
  }

  private change(items: readonly Item[], number: number, body: Body): Answer {
    const item = items.find((one) => one.number === number);
    if (item === undefined) return { status: 404, body: { message: "Not Found" } };
    Object.assign(item, body);
    return { status: 200, body: item };
  }

  private contents(method: string, path: string, body: Body, query: URLSearchParams): Answer {
    const ref = method === "GET" ? (query.get("ref") ?? "") : String(body.branch);
    const key = `${this.branches.has(ref) && !this.files.has(`${ref}:${path}`) ? this.branches.get(ref) : ref}:${path}`;
    const content = this.files.get(key);
    if (method === "GET") {
      if (content === undefined) return { status: 404, body: { message: "Not Found" } };
      return { status: 200, body: { sha: shaOf(content), content: Buffer.from(content).toString("base64") } };
    }
    if (content !== undefined && body.sha !== shaOf(content)) return { status: 409, body: { message: "sha is stale" } };
    this.files.set(`${ref}:${path}`, Buffer.from(String(body.content), "base64").toString("utf8"));
    return { status: 200, body: {} };
  }

  private makeBranch(body: Body): Answer {
    const name = String(body.ref).replace("refs/heads/", "");
    if (this.branches.has(name)) return { status: 422, body: { message: "Reference already exists" } };
    this.branches.set(name, String(body.sha));
    return { status: 201, body: {} };
  }

  private pullRequests(method: string, body: Body, query: URLSearchParams): Answer {
    const withHead = this.pulls.map((pull) => ({ ...pull, head: { ref: pull.labels[0] } }));
    if (method === "GET") return page(withHead, query);
    if (withHead.some(({ head }) => head.ref === body.head)) return { status: 422, body: { message: "exists" } };
    const { title, body: text, head } = body;
    return {
      status: 201,
      body: this.add(this.pulls, { title: String(title), body: String(text), labels: [String(head)] }),
    };
  }
}

function shaOf(content: string): string {
  return `sha-${content.length}-${content.slice(0, 8)}`;
}

function page(items: readonly unknown[], query: URLSearchParams): Answer {
  const size = Number(query.get("per_page") ?? 30);
  const start = (Number(query.get("page") ?? 1) - 1) * size;
  return { status: 200, body: items.slice(start, start + size), goesOn: items.length > start + size };
}

function nextPage({ url = "", headers }: IncomingMessage): string {
  const next = new URL(url, `http://${headers.host ?? ""}`);
  next.searchParams.set("page", String(Number(next.searchParams.get("page") ?? 1) + 1));
  return next.href;
}
