import type { ServiceProgram } from "../../../modules/services/service-image";
import { versionIn } from "../binaries/program-version";
import { run, type RunResult } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";

/** The program in an image, run in a container that is removed at once. */
export interface ImageProgram {
  /** The version that the program says it has. */
  readonly version: () => Promise<string | undefined>;
  readonly run: (args: readonly string[], environment: Readonly<Record<string, string>>) => Promise<RunResult>;
}

/** Seconds that a container may take, with the pull of its image. */
const RUN_SECONDS = 900;

/** Exit code of `docker run` when Docker failed and not the program. Source: `docker run`, "Exit status". */
const DOCKER_FAILED: readonly number[] = [125, 126, 127];

/**
 * The program in an image of ours. It is the container's entrypoint itself, since some images hold no shell, and has no
 * network, since a config is judged without one.
 * @param program the program
 * @param image reference of the image
 */
export function imageProgram({ path, version }: ServiceProgram, image: string, env: NodeJS.ProcessEnv): ImageProgram {
  const runInImage: ImageProgram["run"] = async (args, environment) => {
    const variables = Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const options = ["run", "--rm", "--network", "none", ...variables, "--entrypoint", path, image];
    const result = await run("docker", [...options, ...args], { env, timeoutSeconds: RUN_SECONDS });
    if (!DOCKER_FAILED.includes(result.code)) return result;
    throw new UserError({
      what: `Docker could not run ${path} of the image.`,
      where: image,
      mend: "check that a Docker engine runs (`./lgtm doctor`) and that the image is there; its message is below",
      detail: result.stderr.split("\n").slice(-5).join("\n"),
      exit: "failed",
    });
  };
  return {
    run: runInImage,
    version: async () => {
      const { stdout, stderr } = await runInImage(version.arguments, {});
      return versionIn(`${stdout}\n${stderr}`, version.pattern);
    },
  };
}
