import { run, type RunResult } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import { explainFailure } from "./explain";
import type { SharedProvider } from "./shared-provider";

/** One layer's Terraform: where it runs and with what. */
export interface TerraformOptions {
  /** Absolute path of the program. */
  readonly binary: string;
  /** Layer id, for messages. */
  readonly layer: string;
  /** Folder of the synthesized layer. */
  readonly folder: string;
  /** The whole environment of the children. */
  readonly env: NodeJS.ProcessEnv;
  /** File that gets all output of this layer. */
  readonly logFile: string;
  /** The provider that serves the runs on a mock. @default - each run starts its own */
  readonly sharedProvider?: SharedProvider;
  /** See `Failure.firstLayers`. @default [] */
  readonly firstLayers?: readonly string[];
  /** See `Failure.upstream`. @default {} */
  readonly upstream?: Readonly<Record<string, string>>;
}

/** Options of a plan. */
export interface PlanOptions {
  /** File for the saved plan, absolute or relative to the layer's folder. */
  readonly out: string;
  /** True if the real resources are read first. The mock holds none of those in the fixtures. @default true */
  readonly refresh?: boolean;
  /** True to plan the destruction of the layer. @default false */
  readonly destroy?: boolean;
  /** True if the state is locked meanwhile; a plan that only reads can do without. @default true */
  readonly lock?: boolean;
  /** Addresses that the plan is limited to. @default - all */
  readonly targets?: readonly string[];
}

/** A signal that this program did not send ended Terraform: it may have left a lock, and resources that no state knows. */
export class TerraformKilled extends UserError {
  /** @param signal what ended it */
  constructor(command: string, layer: string, logFile: string, signal: NodeJS.Signals) {
    super({
      what: `terraform ${command} in ${layer} was ended by ${signal}.`,
      where: logFile,
      mend: "look who sent the signal; the layer's state may still be locked, and may lack what was made last",
    });
  }
}

/** Runs Terraform in the folder of one layer. Every method throws a UserError that explains what went wrong. */
export class Terraform {
  constructor(private readonly options: TerraformOptions) {}

  /** Installs the provider as locked and connects to the state. */
  async init(): Promise<void> {
    await this.command("init", ["-lockfile=readonly"]);
    this.options.sharedProvider?.linkInto(this.options.folder);
  }

  /** Checks the configuration without reading any state; needs `init`. */
  async validate(): Promise<void> {
    await this.command("validate", [], { input: false });
  }

  /** Makes a saved plan. */
  async plan(plan: PlanOptions): Promise<void> {
    const flags = [`-out=${plan.out}`];
    if (plan.refresh === false) flags.push("-refresh=false");
    if (plan.destroy === true) flags.push("-destroy");
    if (plan.lock === false) flags.push("-lock=false");
    for (const address of plan.targets ?? []) flags.push(`-target=${address}`);
    await this.command("plan", flags);
  }

  /** A saved plan as Terraform's JSON. It holds sensitive values in clear. */
  async show(planFile: string): Promise<string> {
    // The JSON is not logged: it holds what the plan text masks.
    const result = await this.run("show", ["-json", planFile], { log: false });
    return result.stdout;
  }

  /** Applies exactly a saved plan. */
  async apply(planFile: string): Promise<void> {
    await this.command("apply", [planFile]);
  }

  /** Destroys all resources of the layer, by a saved plan. */
  async destroy(planFile: string): Promise<void> {
    await this.plan({ out: planFile, destroy: true });
    await this.apply(planFile);
  }

  private async command(name: string, flags: readonly string[], options: { input?: boolean } = {}): Promise<RunResult> {
    const input = options.input === false ? [] : ["-input=false"];
    return this.run(name, [...input, ...this.lockFlags(name), ...flags], { log: true });
  }

  /**
   * In workflows a plan and an apply may meet at a lock: whoever comes second waits (LGTM_LOCK_TIMEOUT, as in `10m`). A plan of
   * a pull request takes none (LGTM_PLAN_LOCK=off); what is applied never comes from such a plan.
   */
  private lockFlags(name: string): readonly string[] {
    if (name === "plan" && this.options.env.LGTM_PLAN_LOCK === "off") return ["-lock=false"];
    const timeout = this.options.env.LGTM_LOCK_TIMEOUT ?? "";
    return timeout !== "" && (name === "plan" || name === "apply") ? [`-lock-timeout=${timeout}`] : [];
  }

  private async run(name: string, args: readonly string[], options: { log: boolean }): Promise<RunResult> {
    const { binary, folder, env, logFile, sharedProvider } = this.options;
    const result = await run(binary, [name, "-no-color", ...args], {
      cwd: folder,
      env: { ...env, ...(await sharedProvider?.variables()) },
      onInterrupt: "releases locks",
      ...(options.log ? { logFile } : {}),
    });
    if (result.code === 0) return result;
    if (result.signal !== undefined) throw new TerraformKilled(name, this.options.layer, logFile, result.signal);
    throw explainFailure({
      layer: this.options.layer,
      command: name,
      output: `${result.stdout}\n${result.stderr}`,
      logFile,
      firstLayers: this.options.firstLayers ?? [],
      upstream: this.options.upstream ?? {},
    });
  }
}
