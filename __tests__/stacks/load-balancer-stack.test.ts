import { profiles } from "../../common.config";
import { serviceCatalog } from "../../modules/services/catalog";
import { targetGroupsOf } from "../../modules/services/target-groups";
import { baseline, preparePlatform, type Platform } from "../support/platform";

const LAYER = "50-alb";
const CERTIFICATE = "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b2c3d";

const priorities = (platform: Platform) =>
  Object.values(platform.resources(LAYER, "aws_lb_listener_rule"))
    .map(({ priority }) => priority)
    .sort();

describe("GIVEN no certificate", () => {
  const platform = preparePlatform();

  test("THEN port 80 carries all rules, and Grafana takes the rest", () => {
    expect(Object.keys(platform.resources(LAYER, "aws_lb_listener"))).toEqual(["http"]);
    expect(platform.resource(LAYER, "aws_lb_listener.http")).toMatchObject({
      port: 80,
      protocol: "HTTP",
      default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.grafana.arn}" }],
    });
    for (const rule of Object.values(platform.resources(LAYER, "aws_lb_listener_rule")))
      expect(rule.listener_arn).toBe("${aws_lb_listener.http.arn}");
    expect(priorities(platform)).toEqual([10, 20, 30, 40]);
  });

  test("THEN https_listener_arn is null", () => {
    expect(platform.json(LAYER).output.https_listener_arn?.value).toBe("${null}");
  });
});

describe("GIVEN a certificate", () => {
  const platform = preparePlatform({
    loadBalancer: {
      ...baseline.loadBalancer,
      certificateArn: CERTIFICATE,
      tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    },
  });

  test("THEN port 443 carries all rules", () => {
    expect(platform.resource(LAYER, "aws_lb_listener.https")).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      certificate_arn: CERTIFICATE,
      ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.grafana.arn}" }],
    });
    for (const rule of Object.values(platform.resources(LAYER, "aws_lb_listener_rule")))
      expect(rule.listener_arn).toBe("${aws_lb_listener.https.arn}");
    expect(priorities(platform)).toEqual([10, 20, 30, 40]);
  });

  test("THEN port 80 does nothing but redirect", () => {
    expect(platform.resource(LAYER, "aws_lb_listener.http").default_action).toEqual([
      { type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } },
    ]);
  });

  test("THEN https_listener_arn is its ARN", () => {
    expect(platform.json(LAYER).output.https_listener_arn?.value).toBe("${aws_lb_listener.https.arn}");
  });
});

describe.each([
  ["baseline", profiles.baseline],
  ["target", profiles.target],
])("GIVEN %s", (_name, config) => {
  const platform = preparePlatform(config);
  const definitions = Object.values(serviceCatalog(config)).flatMap(targetGroupsOf);

  test.each(definitions.map((definition) => [definition.key, definition] as const))(
    "THEN target group %s is checked at its service's readiness path, and has its rules",
    (key, { port, healthCheck, rules }) => {
      const name = key.replaceAll("-", "_");
      expect(platform.resource(LAYER, `aws_lb_target_group.${name}`)).toMatchObject({
        name: `lgtm-prod-${key}-tg`,
        port,
        protocol: "HTTP",
        target_type: "ip",
        health_check: {
          path: healthCheck.path,
          port: healthCheck.port === port ? "traffic-port" : String(healthCheck.port),
          matcher: "200",
        },
      });
      const forwarding = Object.values(platform.resources(LAYER, "aws_lb_listener_rule"))
        .filter(({ action }) => JSON.stringify(action).includes(`\${aws_lb_target_group.${name}.arn}`))
        .map(({ priority, condition }) => ({ priority, condition }));
      expect(forwarding).toEqual(
        rules.map(({ priority, paths }) => ({ priority, condition: [{ path_pattern: { values: paths } }] })),
      );
    },
  );

  test("THEN the output lists each target group under its key", () => {
    expect(platform.json(LAYER).output.target_group_arns?.value).toEqual(
      Object.fromEntries(
        definitions.map(({ key }) => [key, `\${aws_lb_target_group.${key.replaceAll("-", "_")}.arn}`]),
      ),
    );
  });
});
