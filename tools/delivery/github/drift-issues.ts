import type { RestEndpointMethodTypes } from "@octokit/rest" with { "resolution-mode": "import" };
import type { Drift, LayerDrift } from "../drift";
import { PAGE, type GitHub } from "./client";

/** Result for one layer's issue. */
export interface DriftIssue {
  readonly layer: string;
  readonly did: "opened" | "updated" | "reopened" | "closed" | "left as it is";
  /** Undefined where there is no issue. */
  readonly url: string | undefined;
}

/** Label of the issues; whoever removes it from one gets a new one. */
export const DRIFT_LABEL = "lgtm-drift";

/** Largest text of an issue on GitHub, in characters. */
const BODY_LIMIT = 65_536;
const SHOWN_DIFFERENCES = 40;

type Issue = RestEndpointMethodTypes["issues"]["listForRepo"]["response"]["data"][number];

/**
 * Keeps one issue for each drifted layer: opens it, updates it while the drift lasts, closes it once the layer is clean, and
 * takes it up again should the layer drift again. A layer that could not be planned leaves its issue as it is.
 *
 * @param github the repository
 * @param environment name of the deployment, which the issues carry
 * @param drift what was found
 * @throws UserError when GitHub refuses or cannot be reached
 */
export async function keepDriftIssues(
  github: GitHub,
  environment: string,
  drift: Drift,
): Promise<readonly DriftIssue[]> {
  const { api, paginate, repository } = github;
  const wanted = { ...repository, state: "all", labels: DRIFT_LABEL, per_page: PAGE } as const;
  const issues = await paginate(api.issues.listForRepo, wanted);
  const done: DriftIssue[] = [];
  for (const layer of drift.layers) {
    const mark = `<!-- lgtm:drift/${environment}/${layer.layer} -->`;
    // GitHub lists pull requests among the issues.
    const own = issues.filter((issue) => issue.pull_request === undefined && issue.body?.startsWith(mark) === true);
    const issue = own.find(({ state }) => state === "open") ?? own[0];
    done.push({ layer: layer.layer, ...(await keepIssue(github, environment, layer, mark, issue)) });
  }
  return done;
}

async function keepIssue(
  github: GitHub,
  environment: string,
  layer: LayerDrift,
  mark: string,
  issue: Issue | undefined,
): Promise<Omit<DriftIssue, "layer">> {
  if (layer.status === "clean" && issue?.state === "open") return close(github, issue);
  if (layer.status !== "drifted") return { did: "left as it is", url: issue?.html_url };
  const title = `Drift in ${environment}: ${layer.layer}`;
  const body = `${mark}\n${issueText(layer)}`.slice(0, BODY_LIMIT);
  const { api, repository } = github;
  if (issue === undefined) {
    const { data } = await api.issues.create({ ...repository, title, body, labels: [DRIFT_LABEL] });
    return { did: "opened", url: data.html_url };
  }
  if (issue.state === "open" && issue.body === body && issue.title === title) {
    return { did: "left as it is", url: issue.html_url };
  }
  await api.issues.update({ ...repository, issue_number: issue.number, title, body, state: "open" });
  return { did: issue.state === "open" ? "updated" : "reopened", url: issue.html_url };
}

async function close(
  { api, repository }: GitHub,
  { number, html_url: url }: Issue,
): Promise<Omit<DriftIssue, "layer">> {
  const on = { ...repository, issue_number: number };
  await api.issues.createComment({ ...on, body: "The layer is as its state says again: closed." });
  await api.issues.update({ ...on, state: "closed", state_reason: "completed" });
  return { did: "closed", url };
}

function issueText({ drifted, leftAlone }: LayerDrift): string {
  return [
    "Changed outside Terraform; the next apply sets it back:",
    "",
    ...drifted.flatMap(({ address, action, differences }) => [
      `- \`${address}\`${action === "delete" ? " is gone" : ""}`,
      ...(action === "delete" ? [] : differences)
        .slice(0, SHOWN_DIFFERENCES)
        .map(({ path, before, after }) => `  - ${code(path)}: ${code(before)} → ${code(after)}`),
    ]),
    "",
    "Either it is wanted: write it into the configuration. Or it is not: apply, and it is set back.",
    "`./lgtm plan` shows what an apply would do; this issue is closed once the layer is clean.",
    ...(leftAlone.length === 0
      ? []
      : ["", `Different and left alone, since it belongs to others: ${leftAlone.length}.`]),
  ].join("\n");
}

/** Values come from the account: they must neither end the code mark nor call anyone. */
function code(text: string): string {
  const safe = text.replaceAll("`", "'").replace(/\s*\n\s*/g, " ");
  return `\`${safe.length > 300 ? `${safe.slice(0, 300)}…` : safe}\``;
}
