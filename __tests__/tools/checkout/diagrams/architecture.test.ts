import { readRouting } from "../../../../checks/routing";
import { profiles } from "../../../../common.config";
import { platformJson } from "../../../../stacks/platform-json";
import { routesDiagram } from "../../../../tools/checkout/diagrams/routes-diagram";

function routing() {
  const layers = platformJson(profiles.target, {});
  const json = (id: string) => layers.find((layer) => layer.id === id)?.json;
  return readRouting({
    securityGroups: json("30-security-groups"),
    loadBalancer: json("50-alb"),
    ecs: json("60-ecs"),
  });
}

test("GIVEN the routing of target THEN the picture has each rule, its target group and the default", () => {
  const lines = routesDiagram(routing()).split("\n");
  expect(lines.slice(0, 2)).toEqual(["flowchart LR", '  listener(["HTTP :80"])']);
  expect(lines).toEqual(
    expect.arrayContaining([
      '  listener -->|31| R31["/v1/traces"]',
      "  R31 --> Gtempo_otlp_http",
      "  listener -->|default| Ggrafana",
      '  Gtempo_otlp_http["tempo_otlp_http :4318"]',
    ]),
  );
  const priorities = lines.flatMap((line) => /\|(\d+)\|/.exec(line)?.[1] ?? []).map(Number);
  expect(priorities).toEqual([...priorities].sort((a, b) => a - b));
});
