import { createRequire } from "node:module";
import type { Profile } from "../../modules/config/profiles";
import { stateLocation } from "../../stacks/state-location";
import { UserError } from "../terminal/user-error";

const LAYER = "50-alb";

/** Loads when a state is read: with a given address, the AWS clients would be most of the start. */
const load = createRequire(__filename);

/**
 * The address of the platform that a profile deployed: LGTM_URL where it is set, else the load balancer's own name from the
 * state of 50-alb.
 * @throws UserError (exit "badInput") when the load balancer has a certificate, which is for another name, and LGTM_URL is not
 * set; (exit "negative") when the layer is not applied
 */
export async function deployedUrl({ config }: Profile, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env.LGTM_URL ?? "";
  if (given !== "") return given;
  if (config.loadBalancer.certificateArn !== undefined) {
    throw new UserError({
      what: "The load balancer has a certificate, and nobody said for which name.",
      where: "--url",
      mend: "name the address with --url or LGTM_URL (in the workflows: a variable of the GitHub environment)",
      exit: "badInput",
    });
  }
  const { stateReader } = load("../state/stored-state") as typeof import("../state/stored-state");
  const { bucket, key, region } = stateLocation(config, LAYER);
  const state = await stateReader(env)({ layer: LAYER, bucket, key, region });
  const name = state.kind === "state" ? state.file.outputs.find((output) => output.name === "alb_dns_name") : undefined;
  if (typeof name?.value === "string") return `http://${name.value}`;
  throw new UserError({
    what: "There is no load balancer yet: the state of 50-alb has no alb_dns_name.",
    where: `s3://${bucket}/${key}`,
    mend: "apply 50-alb first, or name another address with --url",
    exit: "negative",
  });
}
