import { ask } from "../../ask";
import { expectedBy, type ExpectedImage } from "../../../images/expected";
import { TASKS_LAYER, whatIsMissing } from "../../../images/readiness";
import { isApplied, type PreflightCheck, type PreflightContext } from "../context";
import type { Finding } from "../finding";

const ACTIONS = ["ecr:DescribeImages"];

/** Checks that ECR has the images of the task definitions: the released digest or tag of each service. */
export const imagesCheck: PreflightCheck = {
  actions: ACTIONS,
  run: (context) => {
    const { images } = expectedBy(context.session.profile, context.releases);
    return Promise.all(images.map((image) => findingOf(image, context)));
  },
};

async function findingOf(image: ExpectedImage, context: PreflightContext): Promise<Finding> {
  const row = { check: "image", subject: image.service };
  const { ecr, secrets } = context.clients;
  const missing = await ask(ACTIONS, () => whatIsMissing({ ecr, secrets }, { images: [image], secrets: [] }));
  if (!missing.known) return { ...row, status: "not checked", found: missing.why };
  const [first] = missing.value;
  if (first === undefined) return { ...row, status: "ok", found: `ECR has ${nameOf(image)}` };
  return {
    ...row,
    status: isApplied(context, TASKS_LAYER) === false ? "warning" : "problem",
    found: `${first.what.replace(/^\w+: |\.$/g, "")}; planning ${TASKS_LAYER} stops there`,
    mend: `./lgtm release ${image.service}`,
  };
}

function nameOf({ repository, tag, digest }: ExpectedImage): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest.slice(0, 19)}… (${tag})`;
}
