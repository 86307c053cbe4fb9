import { join } from "node:path";
import { projectRoot } from "../../terminal/paths";
import { run, type RunOptions, type RunResult } from "../../terminal/process";
import { redact } from "../../terminal/redact";
import { UserError } from "../../terminal/user-error";
import type { RegistryLogin } from "./repository";

/** Seconds that a build or push may take. */
const LONG_SECONDS = 1800;

/** Options of a build. */
export interface Build {
  readonly service: string;
  /** Reference under which the image is kept, with its tag. */
  readonly image: string;
  /** `linux/amd64` or `linux/arm64`. */
  readonly platform: string;
  /** The Dockerfile's `ARG VERSION`. */
  readonly version: string;
  /** Labels beside those of the Dockerfile. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The Docker command line. */
export class Docker {
  /**
   * @param env environment of the commands
   * @param say told each line of Docker's output
   */
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * Makes sure that an engine answers.
   * @throws UserError (exit "missing") with how to get one
   */
  async require(): Promise<void> {
    const mend =
      "install Docker (https://docs.docker.com/get-docker/) and start it; `./lgtm doctor` shows whether it answers";
    const engine = await run("docker", ["version", "--format", "{{.Server.Version}}"], { env: this.env }).catch(
      (error: unknown) => {
        if (error instanceof UserError && error.exit === "missing") return undefined;
        throw error;
      },
    );
    if (engine === undefined) throw new UserError({ what: "Docker is not installed here.", mend, exit: "missing" });
    if (engine.code === 0) return;
    const detail = lastLines(engine);
    throw new UserError({ what: "No Docker engine answers.", mend, detail, exit: "missing" });
  }

  /** Builds the image of a service. @throws UserError if Docker refuses */
  async build({ service, image, platform, version, labels }: Build): Promise<void> {
    const folder = join(projectRoot, "dockerfiles", service);
    const label = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
    const args = [
      "build",
      "--platform",
      platform,
      "--build-arg",
      `VERSION=${version}`,
      ...label,
      "--tag",
      image,
      folder,
    ];
    await this.must(`build the image of ${service}`, args);
  }

  /** Gives an image one more reference. @throws UserError if Docker refuses */
  async tag(image: string, reference: string): Promise<void> {
    await this.must(`tag ${image}`, ["tag", image, reference]);
  }

  /** Pushes one reference. @throws UserError if Docker refuses */
  async push(reference: string): Promise<void> {
    await this.must(`push ${reference}`, ["push", reference]);
  }

  /** Tests if the engine holds the image. */
  async has(image: string): Promise<boolean> {
    return (await run("docker", ["image", "inspect", "--format", "{{.Id}}", image], { env: this.env })).code === 0;
  }

  /**
   * Does something while logged in to a registry; the password goes in by standard input, and out again at the end.
   * @throws UserError if Docker refuses, and what the work throws
   */
  async whileLoggedIn(registry: string, { user, password }: RegistryLogin, work: () => Promise<void>): Promise<void> {
    const args = ["login", "--username", user, "--password-stdin", registry];
    await this.must(`log in to ${registry}`, args, { input: password });
    try {
      await work();
    } finally {
      await run("docker", ["logout", registry], { env: this.env });
    }
  }

  private async must(doing: string, args: readonly string[], options: Pick<RunOptions, "input"> = {}): Promise<void> {
    const result = await run("docker", args, {
      ...options,
      env: this.env,
      timeoutSeconds: LONG_SECONDS,
      onLine: this.say,
    });
    if (result.code === 0) return;
    throw new UserError({
      what: `Docker could not ${doing}${result.timedOut ? ` within ${LONG_SECONDS / 60} minutes` : ""}; nothing is recorded.`,
      mend: "read Docker's last lines below, then run the command again",
      detail: lastLines(result),
    });
  }
}

function lastLines({ stdout, stderr }: RunResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(-15)
    .map((line) => redact(line))
    .join("\n");
}
