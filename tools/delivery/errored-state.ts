import { PutObjectCommand } from "@aws-sdk/client-s3";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { connectToAws } from "../aws/clients";
import { onAws } from "../aws/errors";
import type { Layer } from "../layers/layers";
import { readStackFacts, type StackFacts } from "../layers/stack-file";
import { UserError } from "../terminal/user-error";

/** A layer was applied, in whole or in part, and Terraform could not write its state: no state knows yet what it made. */
export class StateNotWritten extends UserError {
  /**
   * @param layer id of the layer
   * @param file the state on this machine
   * @param savedAs address of its copy in the state bucket; undefined if it could not be saved either
   * @param place address below which such copies belong
   * @param cause what Terraform said
   * @param whyNot reason that it could not be saved
   */
  constructor(
    readonly layer: string,
    readonly file: string,
    readonly savedAs: string | undefined,
    readonly place: string,
    cause: unknown,
    whyNot?: unknown,
  ) {
    super(
      {
        what:
          `Terraform could not write the state of ${layer} after it had begun to apply it` +
          (savedAs === undefined
            ? "; it lies on this machine alone."
            : "; a copy is saved, encrypted, in the state bucket."),
        where: savedAs ?? file,
        mend:
          (savedAs === undefined
            ? `keep ${file}: it is the only record of what was made`
            : `fetch it with \`aws s3 cp ${savedAs} errored.tfstate\``) +
          "; with credentials that are valid again, remove the lock if it is left (`./lgtm state unlock " +
          `${layer}\`), then \`./lgtm synth\`, \`terraform -chdir=cdktf.out/stacks/${layer} init\` and ` +
          `\`terraform -chdir=cdktf.out/stacks/${layer} state push\` with the whole path of the file; then go on with --resume`,
        detail: [cause, ...(whyNot === undefined ? [] : [whyNot])].map(textOf).join("\n"),
      },
      { cause },
    );
  }
}

/**
 * Saves the state that Terraform left beside a layer because it could not write it, encrypted, in the state bucket.
 *
 * @param layer layer whose apply failed
 * @param failure why it failed
 * @param env environment of the children, with the credentials
 * @returns the failure, with what became of the state; as it was if Terraform left none
 */
export async function keepErroredState(layer: Layer, failure: unknown, env: NodeJS.ProcessEnv): Promise<unknown> {
  // Terraform writes it into the folder in which it runs.
  const file = join(layer.folder, "errored.tfstate");
  if (!existsSync(file)) return failure;
  const facts = readStackFacts(layer);
  const key = `${folderOf(facts)}/${layer.id}-${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}.tfstate`;
  const place = `s3://${facts.bucket}/${folderOf(facts)}/`;
  try {
    await save(file, facts, key, env);
    return new StateNotWritten(layer.id, file, `s3://${facts.bucket}/${key}`, place, failure);
  } catch (whyNot) {
    return new StateNotWritten(layer.id, file, undefined, place, failure, whyNot);
  }
}

/** Beside the folders of the layers, where whoever may write states may write it. */
function folderOf({ key }: StackFacts): string {
  return posix.join(posix.dirname(posix.dirname(key)), "errored");
}

async function save(file: string, { bucket, region }: StackFacts, key: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { s3 } = connectToAws(region, env);
  try {
    const object = { Bucket: bucket, Key: key, Body: readFileSync(file), ServerSideEncryption: "AES256" } as const;
    const call = { doing: "save the state that could not be written", bucket, permissions: ["s3:PutObject"] };
    await onAws(call, () => s3.send(new PutObjectCommand(object)));
  } finally {
    s3.destroy();
  }
}

function textOf(error: unknown): string {
  if (error instanceof UserError) return error.render();
  return error instanceof Error ? error.message : String(error);
}
