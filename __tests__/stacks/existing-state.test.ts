import { existingState, instancesByAddress, LAYER_IDS } from "../support/existing-state";
import { differences } from "../support/differences";
import { baseline, preparePlatform, present } from "../support/platform";
import { resolveLayer } from "../support/resolved-layer";
import { takeOver } from "../support/take-over";
import { SERVICE_NAMES } from "../../modules/services/service-name";

const platform = preparePlatform();

describe.each(LAYER_IDS)("baseline against the existing state of %s", (layer) => {
  const state = existingState(layer);
  const found = takeOver(layer, platform.json(layer));

  test("THEN each resource of the state is taken over exactly once", () => {
    const [taken, existing] = found.addresses;
    expect(taken).toEqual(existing);
  });

  test("THEN each argument is what the state holds", () => {
    expect(found.differing).toEqual([]);
  });

  test("THEN the outputs have the state's names, values and sensitivity", () => {
    const [written, stored] = found.outputs;
    expect(written).toEqual(stored);

    const sensitive = (outputs: Readonly<Record<string, { readonly sensitive?: unknown }>>) =>
      Object.keys(outputs).filter((name) => outputs[name]?.sensitive === true);
    expect(sensitive(platform.json(layer).output).sort()).toEqual(sensitive(state.outputs).sort());
  });

  test("THEN each output has a description", () => {
    for (const { description } of Object.values(platform.json(layer).output)) expect(description).toMatch(/^[A-Za-z]/);
  });
});

describe("the comparison itself", () => {
  test("GIVEN one changed argument THEN it is found", () => {
    const changed = preparePlatform({ loadBalancer: { ...baseline.loadBalancer, deregistrationDelaySeconds: 119 } });
    const resolved = resolveLayer("50-alb", changed.json("50-alb"));
    const { attributes } = present(
      instancesByAddress(existingState("50-alb")).get("module.alb.aws_lb_target_group.loki"),
      "loki",
    );

    expect(differences(present(resolved.resources.get("aws_lb_target_group.loki"), "loki"), attributes)).toEqual([
      { key: "deregistration_delay", configured: "119", stored: "120" },
    ]);
  });

  test.each(SERVICE_NAMES)(
    "GIVEN the task definition of %s THEN its containers equal the state's as data",
    (service) => {
      const parsed = (json: unknown): unknown => JSON.parse(String(json));
      const { resources } = resolveLayer("60-ecs", platform.json("60-ecs"));
      const configured = present(resources.get(`aws_ecs_task_definition.${service}`), service);
      const former = `module.ecs.aws_ecs_task_definition.${service}`;
      const { attributes } = present(instancesByAddress(existingState("60-ecs")).get(former), former);

      expect(parsed(configured.container_definitions)).toEqual(parsed(attributes.container_definitions));
    },
  );
});
