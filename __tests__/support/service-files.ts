import { parseDocument } from "yaml";
import { profiles } from "../../common.config";
import type { Finding } from "../../modules/config/config-error";
import { lintFindings } from "../../checks/service-configs";
import { serviceSources } from "../../checks/service-sources";
import { readServiceFiles, type SourceFile } from "../../checks/source-file";
import { wiringFindings } from "../../checks/wiring";
import type { PlatformConfig } from "../../modules/config/platform-config";
import type { ServiceName } from "../../modules/services/service-name";
import { present } from "./platform";

/** A change to a service's files. */
export type Edit = (files: readonly SourceFile[]) => readonly SourceFile[];

/**
 * Another text in a file; fails the test if the old text is not there, since the mistake would not be put back.
 *
 * @param name end of the file's path
 * @param from what to replace
 * @param to what to write
 */
export function replacing(name: string, from: string | RegExp, to: string): Edit {
  return changing(name, (text) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${name} does not hold ${String(from)}`);
    return changed;
  });
}

/**
 * Another value at a key of a service's YAML.
 *
 * @param key path with dots; indexes are numbers
 * @param value undefined removes the key
 * @param name end of the file's path
 */
export function withKey(key: string, value: unknown, name = "config.yaml"): Edit {
  return changing(name, (text) => {
    const document = parseDocument(text);
    const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (value === undefined) {
      if (!document.deleteIn(path)) throw new Error(`${name} has no ${key}`);
    } else document.setIn(path, value);
    return document.toString();
  });
}

/** One edit after the other. */
export function all(...edits: readonly Edit[]): Edit {
  return (files) => edits.reduce((changed, edit) => edit(changed), files);
}

/**
 * What lint and wiring find in a service's files.
 *
 * @param service the service
 * @param edit the mistake that is put into a copy of the files
 * @param platform the platform; target if left out
 */
export function findingsWith(
  service: ServiceName,
  edit: Edit = (files) => files,
  platform: PlatformConfig = profiles.target,
): readonly Finding[] {
  const sources = serviceSources(platform, service, edit(readServiceFiles(service)));
  return [...lintFindings(sources), ...wiringFindings(sources)];
}

function changing(name: string, change: (text: string) => string): Edit {
  return (files) => {
    const file = present(
      files.find(({ path }) => path.endsWith(`/${name}`)),
      name,
    );
    return files.map((each) => (each === file ? { ...each, text: change(each.text) } : each));
  };
}
