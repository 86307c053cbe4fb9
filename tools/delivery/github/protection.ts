import { listDeployments } from "../../layers/deployments";
import { loadProfile } from "../../layers/profile";
import { UserError } from "../../terminal/user-error";
import { connectToGitHub, gitHubAccess, PAGE, unlessStatus, type GitHub } from "./client";

/**
 * Refuses to go on in a job whose GitHub environment does not protect the deployment of a profile. A job that names an
 * environment which nobody has set up starts without an approval: GitHub then makes the environment, unprotected.
 *
 * @param profileName name of the profile; undefined means LGTM_PROFILE, then `activeProfile`
 * @param env environment of a job of GitHub Actions
 * @throws UserError (exit "negative") with every reason; nothing was done
 */
export async function checkJobProtection(
  profileName: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const { environment } = loadProfile(profileName, env).config;
  const [deployment] = listDeployments([environment]);
  if (deployment === undefined) throw new Error(`${environment} was not listed`);
  const gitHub = connectToGitHub(gitHubAccess(env));
  const reasons = await unprotected(gitHub, deployment.gitHubEnvironment, env.GITHUB_REF_NAME ?? "");
  if (reasons.length === 0) return;
  throw new UserError({
    what: `The GitHub environment ${deployment.gitHubEnvironment} does not protect ${environment}. Nothing was done.`,
    where: `${gitHub.repository.owner}/${gitHub.repository.repo}, Settings → Environments`,
    mend: "set required reviewers, and let the protected branch alone deploy (docs/delivery.md, Set up GitHub)",
    detail: reasons.join("\n"),
    exit: "negative",
  });
}

/**
 * Reads the protection of an environment.
 *
 * @param github the repository
 * @param name name of the environment
 * @param branch branch that the job runs on
 * @returns every reason that an apply could start without an approval, or from a branch that anybody makes; none if it is safe
 * @throws UserError if GitHub refuses or cannot be reached
 */
export async function unprotected(github: GitHub, name: string, branch: string): Promise<readonly string[]> {
  const { api, repository } = github;
  const found = await unlessStatus(api.repos.getEnvironment({ ...repository, environment_name: name }), 404);
  if (found === undefined) return ["There is no such environment."];
  const { protection_rules: rules = [], deployment_branch_policy: limit } = found.data;
  const reviewers = rules.flatMap((rule) => ("reviewers" in rule ? (rule.reviewers ?? []) : []));
  return [
    ...(reviewers.length === 0 ? ["It has no required reviewers: an apply starts without an approval."] : []),
    ...(await reasonsOfBranches(github, name, branch, limit ?? undefined)),
  ];
}

interface BranchLimit {
  readonly protected_branches: boolean;
  readonly custom_branch_policies: boolean;
}

async function reasonsOfBranches(
  github: GitHub,
  name: string,
  branch: string,
  limit: BranchLimit | undefined,
): Promise<readonly string[]> {
  if (limit === undefined) return ["Every branch may deploy to it."];
  if (limit.protected_branches) {
    const { data } = await github.api.repos.getBranch({ ...github.repository, branch });
    return data.protected
      ? []
      : [`Protected branches alone may deploy to it, but ${branch} is not protected: without any, GitHub lets all in.`];
  }
  return reasonsOfNames(github, name);
}

async function reasonsOfNames({ api, repository, paginate }: GitHub, name: string): Promise<readonly string[]> {
  const asked = { ...repository, environment_name: name, per_page: PAGE };
  const allowed = await paginate(api.repos.listDeploymentBranchPolicies, asked);
  if (allowed.length === 0) return ["It limits branches by name, and names none."];
  return allowed.flatMap(({ name: pattern = "", type }) => {
    if (type === "tag") return [`The tag ${pattern} may deploy to it: whoever may push tags could.`];
    return /[*?[\]]/.test(pattern)
      ? [`All branches like ${pattern} may deploy to it: whoever may push one could.`]
      : [];
  });
}
