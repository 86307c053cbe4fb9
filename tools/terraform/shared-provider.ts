import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { awsTarget } from "../aws/target";
import { reattachVariables } from "../mock/provider-process";
import { lockedVersion, packagePath } from "./provider";

/** One running provider for all Terraform runs of a command on a mock, instead of one a run. */
export interface SharedProvider {
  /** Variables by which Terraform uses the running provider, which is started if need be. */
  variables(): Promise<Readonly<Record<string, string>>>;
  /**
   * Links the provider into a layer's folder, as an init without a running provider does: who later runs Terraform there by
   * hand (a kept rehearsal) needs it, and Terraform then holds it against the lock file.
   */
  linkInto(layerFolder: string): void;
}

/** Options of a shared provider. */
export interface SharedProviderOptions {
  /** Folder with the provider's program. */
  readonly packageFolder: string | undefined;
  /** Settings of the layer's `provider` block. */
  readonly settings: unknown;
  /** The whole environment of the runs. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFolder: string;
}

/**
 * Makes the shared provider of a layer.
 *
 * @returns undefined when each run must start its own: on an account, in a layer without an AWS provider, and when it is not
 *   known from where Terraform would take it
 */
export function sharedProvider(options: SharedProviderOptions): SharedProvider | undefined {
  const { packageFolder, settings, env, logFolder } = options;
  const target = awsTarget(env);
  if (packageFolder === undefined || settings === undefined || target.kind !== "mock") return undefined;
  const program = programIn(packageFolder);
  if (program === undefined) return undefined;
  const logFile = join(logFolder, "aws-provider.log");
  return {
    variables: () => reattachVariables({ endpoint: target.endpoint, program, settings, env, logFile }),
    linkInto: (layerFolder) => {
      const link = join(layerFolder, ".terraform", "providers", packagePath(lockedVersion()));
      if (existsSync(link)) return;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(packageFolder, link);
    },
  };
}

function programIn(folder: string): string | undefined {
  const name = readdirSync(folder).find((file) => file.startsWith("terraform-provider-aws_v"));
  return name === undefined ? undefined : join(folder, name);
}
