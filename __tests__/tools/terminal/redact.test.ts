import { redact } from "../../../tools/terminal/redact";

test.each([
  ["password=hunter2 next", "password=[hidden] next"],
  ['level=info msg="x" admin_password="hun ter2" y=1', 'level=info msg="x" admin_password=[hidden] y=1'],
  ['{"GF_SECURITY_ADMIN_PASSWORD":"hunter2","a":1}', '{"GF_SECURITY_ADMIN_PASSWORD":[hidden],"a":1}'],
  ['msg="{\\"secret_access_key\\":\\"hunter2\\"}"', 'msg="{\\"secret_access_key\\":[hidden]}"'],
  ["Authorization: Bearer abc.def-123", "Authorization: [hidden]"],
  ["sent Basic YWRtaW46aHVudGVyMg==", "sent Basic [hidden]"],
  ["https://admin:hunter2@grafana/api", "https://admin:[hidden]@grafana/api"],
  ["key AKIAIOSFODNN7EXAMPLE used", "key [hidden] used"],
  ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "jwt [hidden]"],
])("hides %s", (line, shown) => {
  expect(redact(line)).toBe(shown);
});

test.each([
  "failed to fetch secret lgtm/grafana-admin-password from AWS Secrets Manager: AccessDenied",
  "line 4: field prefix not found in type s3.Config",
  'level=info msg="GET /ready (200) 12µs"',
  "retrieved secret from Secrets Manager did not contain json key password",
])("leaves %s", (line) => {
  expect(redact(line)).toBe(line);
});

test("what is long is cut, after hiding", () => {
  const shown = redact(`${"x".repeat(30)} password=hunter2`, 40);
  expect(shown).toHaveLength(40);
  expect(shown).not.toContain("hunter2");
});
