import type { PolicyStatement } from "../../../modules/services/policy-document";

/** Repository, branch and environment of the workflows that may take a role. */
export interface GitHubOrigin {
  /** `owner/name`. */
  readonly repository: string;
  /** Branch whose workflows plan, release and apply. */
  readonly branch: string;
  /** GitHub environment whose reviewers approve an apply. */
  readonly environment: string;
}

/** Host of the tokens that GitHub gives to workflows. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** Subject of the token of a job without an environment, on the branch. */
export function branchSubject({ repository, branch }: GitHubOrigin): string {
  return `repo:${repository}:ref:refs/heads/${branch}`;
}

/** Subject of the token of a job for a pull request, from the same repository: forks get no token. */
export function pullRequestSubject({ repository }: GitHubOrigin): string {
  return `repo:${repository}:pull_request`;
}

/** Subject of the token of a job that names the environment: it starts only after the environment's reviewers approved. */
export function environmentSubject({ repository, environment }: GitHubOrigin): string {
  return `repo:${repository}:environment:${environment}`;
}

/** Git reference of the branch, as in the claim `ref` of a token. */
export function branchRef({ branch }: GitHubOrigin): string {
  return `refs/heads/${branch}`;
}

/**
 * Trust of a role: workflows with one of the subjects, and nobody else.
 *
 * @param accountId account of the role and of GitHub's identity provider
 * @param subjects exact ones: a wildcard would let in other branches or environments
 * @param ref the one Git reference that the workflow may run on, where the subjects do not say it: AWS compares GitHub's
 *   claim `ref` since January 2026
 */
export function githubTrust(accountId: string, subjects: readonly string[], ref?: string): readonly PolicyStatement[] {
  return [
    {
      Effect: "Allow",
      Principal: { Federated: `arn:aws:iam::${accountId}:oidc-provider/${GITHUB_ISSUER}` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${GITHUB_ISSUER}:aud`]: "sts.amazonaws.com",
          [`${GITHUB_ISSUER}:sub`]: subjects,
          ...(ref === undefined ? {} : { [`${GITHUB_ISSUER}:ref`]: ref }),
        },
      },
    },
  ];
}
