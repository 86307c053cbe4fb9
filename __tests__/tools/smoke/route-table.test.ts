import { profiles } from "../../../common.config";
import { explainByRules } from "../../../tools/smoke/route-explainer";
import { routeOf, routeTableOf } from "../../../tools/smoke/route-table";

const target = routeTableOf(profiles.target);

test.each([
  ["/v1/traces", "rule 31 (/v1/traces) -> lgtm-prod-tempo-otlp-http-tg, port 4318"],
  ["/otlp/v1/traces", "rule 32 (/otlp/v1/traces) -> lgtm-prod-tempo-otlp-alb-tg, port 4319"],
  ["/tempo/api/search?q=%7B%7D", "rule 30 (/tempo/*) -> lgtm-prod-tempo-tg, port 3200"],
  ["/otlp/v1/logs", "rule 20 (/loki/*, /otlp/v1/logs) -> lgtm-prod-loki-tg, port 3100"],
  ["/api/search", "default rule -> lgtm-prod-grafana-tg, port 3000"],
])("target sends %s by %s", (path, route) => {
  expect(routeOf(target, path)).toBe(route);
});

test("baseline sends traces to the port that does not take them", () => {
  expect(routeOf(routeTableOf(profiles.baseline), "/v1/traces")).toMatch(/-> lgtm-prod-tempo-tg, port 3200$/);
});

test("an explanation says who answered", () => {
  const explain = explainByRules(target);
  const request = { method: "GET", path: "/ingest", traceId: "1" };
  expect(explain({ ...request, status: 404 })).toMatch(/port 4040$/);
  expect(explain({ ...request, status: 503, server: "awselb/2.0" })).toMatch(/; the load balancer itself answered$/);
  expect(explain(request)).toMatch(/; no answer came$/);
});
