import { readFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../../common.config";
import { ADDRESS_FILE, addressChanges, readAddresses, renderAddresses, type AddressList } from "../../layers/addresses";
import type { Layer } from "../../layers/layers";
import { synthesize } from "../../layers/synth";
import { makeRunFolder, projectRoot } from "../../terminal/paths";
import { parseJson } from "../../terminal/parse-json";
import { ARCHITECTURE, architectureDocument } from "../diagrams/architecture";
import { COMMANDS, commandsDocument } from "./commands-document";

/** A committed file that is made from the code. */
export interface GeneratedFile {
  /** Absolute path. */
  readonly file: string;
  /** The text as it should be. */
  readonly content: string;
  /** The text as it is. */
  readonly committed: string;
  /** The difference in lines, where it reads well; empty if nothing differs. */
  readonly changes: readonly string[];
}

/**
 * Makes all generated files anew, without writing them: the list of addresses of every profile and the pictures of
 * docs/architecture.md and the tables of docs/commands.md.
 * @throws UserError when a profile cannot be synthesized
 */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const layers = await synthesizeAll();
  return [addressFile(layers), architectureFile(layers), commandsFile()];
}

type LayersByProfile = ReadonlyMap<string, readonly Layer[]>;

async function synthesizeAll(): Promise<LayersByProfile> {
  const folder = makeRunFolder("generated");
  const layers = new Map<string, readonly Layer[]>();
  for (const profile of Object.keys(profiles)) {
    const outFolder = join(folder, profile);
    layers.set(profile, (await synthesize({ profile, outFolder, say: () => undefined })).layers);
  }
  return layers;
}

function addressFile(layers: LayersByProfile): GeneratedFile {
  const file = join(projectRoot, ADDRESS_FILE);
  const current: AddressList = Object.fromEntries(
    [...layers].map(([profile, ofProfile]) => [profile, readAddresses(ofProfile)]),
  );
  const committed = readFileSync(file, "utf8");
  // A list with a merge conflict is no JSON: then everything in it is new.
  const before = (parseJson(committed) ?? {}) as AddressList;
  return { file, content: renderAddresses(current), committed, changes: addressChanges(before, current) };
}

function architectureFile(layers: LayersByProfile): GeneratedFile {
  const content = architectureDocument(layers.get("baseline") ?? [], layers.get("target") ?? []);
  return { file: ARCHITECTURE, content, committed: readFileSync(ARCHITECTURE, "utf8"), changes: [] };
}

function commandsFile(): GeneratedFile {
  return { file: COMMANDS, content: commandsDocument(), committed: readFileSync(COMMANDS, "utf8"), changes: [] };
}
