import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type App, DataTerraformRemoteStateS3, Fn, S3Backend, TerraformOutput, TerraformStack, Token } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { declareFormerAddresses } from "../modules/identity";
import { namePrefix } from "../modules/config/names";
import { formerAddresses } from "./former-addresses";
import { LAYER_OUTPUTS, type LayerId, type OutputSpec, type ReadOutputs, type WrittenOutputs } from "./outputs";
import { stateLocation } from "./state-location";

/**
 * Terraform versions that the layers accept; `./lgtm` reads it from the synthesized layers. 1.11 is the oldest one that
 * the adoption of the existing states was proven with.
 */
const REQUIRED_TERRAFORM = ">= 1.11.0, < 2.0.0";

/** As in the legacy Terraform. 6.x upgrades states in a way that 5.x cannot read, so it waits until adoption is done. */
const REQUIRED_AWS_PROVIDER = { source: "hashicorp/aws", version: "~> 5.0" };

/** A layer: one stack, one state file, and the outputs that the contract gives it. */
export abstract class LayerStack<Layer extends LayerId = LayerId> extends TerraformStack {
  protected constructor(
    app: App,
    readonly layer: Layer,
    protected readonly config: PlatformConfig,
  ) {
    super(app, layer);
    declareFormerAddresses(this, formerAddresses(layer, config));
    this.configureTerraform();
    this.configureBackend();
    new AwsProvider(this, "aws", {
      region: config.region,
      ...(config.accountId === undefined ? {} : { allowedAccountIds: [config.accountId] }),
      defaultTags: [{ tags: { Project: config.projectName, Environment: config.environment, ManagedBy: "Terraform" } }],
    });
  }

  /** Beginning of names that must be unique in the account: `lgtm-prod`. */
  protected get namePrefix(): string {
    return namePrefix(this.config);
  }

  /** Tags of a resource beside its Name, with the environment spelt out as in the legacy Terraform. */
  protected get tags(): Readonly<Record<string, string>> {
    return { ...this.config.tags, Environment: this.config.environment };
  }

  /**
   * Reads an upstream layer's outputs from its remote state, and makes this layer come after it.
   *
   * @param upstream the layer to read
   * @param id name of the data source in Terraform
   */
  protected read<Upstream extends LayerId>(upstream: LayerStack<Upstream>, id: string): ReadOutputs<Upstream> {
    this.addDependency(upstream);
    const { bucket, key, region } = stateLocation(this.config, upstream.layer);
    const state = new DataTerraformRemoteStateS3(this, id, { bucket, key, region });
    const specs: Readonly<Record<string, OutputSpec>> = LAYER_OUTPUTS[upstream.layer];
    const readers = Object.entries(specs).map(([name, spec]) => [name, readerOf(state, name, spec)]);
    return Object.fromEntries(readers) as ReadOutputs<Upstream>;
  }

  /**
   * Writes the layer's outputs.
   *
   * @param values a value for each output of the contract
   */
  protected write(values: WrittenOutputs<Layer>): void {
    const specs: Readonly<Record<string, OutputSpec>> = LAYER_OUTPUTS[this.layer];
    for (const [name, { description, sensitive }] of Object.entries(specs)) {
      const value = (values as Readonly<Record<string, unknown>>)[name];
      if (value === undefined) continue;
      new TerraformOutput(this, name, {
        staticId: true,
        // In Terraform's JSON a bare null means "no value given", which an output does not allow.
        value: value ?? "${null}",
        description,
        ...(sensitive ? { sensitive } : {}),
      });
    }
  }

  private configureTerraform(): void {
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);
    this.addOverride("terraform.required_providers.aws", REQUIRED_AWS_PROVIDER);
  }

  private configureBackend(): void {
    const { bucket, key, region, lockTable } = stateLocation(this.config, this.layer);
    new S3Backend(this, {
      bucket,
      key,
      region,
      encrypt: true,
      ...(lockTable === undefined ? {} : { dynamodbTable: lockTable }),
    });
  }
}

function readerOf(state: DataTerraformRemoteStateS3, name: string, { kind, sensitive }: OutputSpec): unknown {
  // A remote state read forgets that an output is sensitive.
  const text = (value: string) => (sensitive ? Token.asString(Fn.sensitive(value)) : value);
  switch (kind) {
    case "list":
      return state.getList(name);
    case "number":
      return state.getNumber(name);
    case "byService":
    case "byName":
      return (key: string) => text(Token.asString(state.get(`${name}["${key}"]`)));
    case "text":
    case "textOrNull":
      return text(state.getString(name));
  }
}
