import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../common.config";
import { deployedService, deployedServices } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import { buildFolder, instructionsOf, textsOf } from "../support/dockerfile";

const SERVICES = deployedServices(profiles.target);
const definition = (service: ServiceName) => deployedService(profiles.target, service);

/** Where COPY puts what: source below the service's folder -> destination in the image. */
function copiesOf(service: ServiceName): readonly { readonly source: string; readonly destination: string }[] {
  return textsOf(service, "COPY").map((text) => {
    const [source = "", destination = ""] = text.split(" ").filter((word) => !word.startsWith("--"));
    return { source, destination };
  });
}

describe.each(SERVICES)("dockerfiles/%s", (service) => {
  test("takes the version as an argument without a default, before and after FROM", () => {
    const kinds = instructionsOf(service).map(({ keyword }) => keyword);
    expect(textsOf(service, "ARG")).toEqual(["VERSION", "VERSION"]);
    expect(kinds.slice(0, 3)).toEqual(["ARG", "FROM", "ARG"]);
  });

  test("builds upon the catalog's upstream image", () => {
    const { upstream, tagPrefix = "" } = definition(service).image;
    expect(textsOf(service, "FROM")).toEqual([`${upstream}:${tagPrefix}\${VERSION}`]);
  });

  test("exposes the catalog's ports and no other", () => {
    const ports = Object.values(definition(service).ports).map(({ number, protocol }) =>
      protocol === "udp" ? `${number}/udp` : String(number),
    );
    expect(textsOf(service, "EXPOSE").join(" ").split(" ").sort()).toEqual(ports.sort());
  });

  test("copies what exists, and everything that exists", () => {
    const sources = copiesOf(service).map(({ source }) => source.replace(/\/$/, ""));
    expect(sources.filter((source) => !existsSync(join(buildFolder(service), source)))).toEqual([]);
    expect([...sources, "Dockerfile"].sort()).toEqual(readdirSync(buildFolder(service)).sort());
  });

  test("runs as the image's unprivileged user, with no command that needs a shell", () => {
    expect(textsOf(service, "USER")).toEqual([definition(service).image.user]);
    expect(textsOf(service, "RUN")).toEqual([]);
    expect(textsOf(service, "ENTRYPOINT")).toEqual([]);
  });

  test("says what the image is", () => {
    const labels = textsOf(service, "LABEL").join(" ");
    for (const label of ["title", "description", "version", "base.name"])
      expect(labels).toContain(`org.opencontainers.image.${label}=`);
    expect(labels).toContain('image.version="${VERSION}"');
  });
});

const withoutEntrypoint = SERVICES.filter((service) => definition(service).image.entrypoint === undefined);

describe.each(withoutEntrypoint)("the command of %s", (service) => {
  const command = JSON.parse(textsOf(service, "CMD")[0] ?? "[]") as readonly string[];

  test("names the file that was copied", () => {
    const file = command.find((word) => word.includes("/etc/"))?.replace("-config.file=", "");
    expect(copiesOf(service).map(({ destination }) => destination)).toContain(file);
  });

  test("expands variables, where that is an option", () => {
    if (service !== "alloy") expect(command).toContain("-config.expand-env=true");
  });
});

test("Alloy listens on the catalog's port on all addresses, and reports nothing", () => {
  const command = textsOf("alloy", "CMD")[0];
  expect(command).toContain(`"--server.http.listen-addr=0.0.0.0:${definition("alloy").ports.http?.number}"`);
  expect(command).toContain('"--disable-reporting"');
});

test("Grafana keeps the image's command, which is in its entrypoint", () => {
  expect(textsOf("grafana", "CMD")).toEqual([]);
});

test("Mimir's folder is copied in with its owner, since the image has neither shell nor user", () => {
  expect(textsOf("mimir", "COPY")).toContain("--chown=10001:10001 state/ /var/lib/mimir/");
  expect(existsSync(join(buildFolder("mimir"), "state/data/.gitkeep"))).toBe(true);
});
