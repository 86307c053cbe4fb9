import { readBlockNames } from "../../../../tools/layers/hcl/block-names";
import { jsonToHcl } from "../../../../tools/layers/hcl/json-to-hcl";

/** As CDKTF 0.20.12 writes it: quotes inside strings are not escaped, overrides come out as numbers. */
const cdktfHcl = `terraform {
required_providers {
  aws = {
}
}
  0 = "required_version"
}
provider "aws" {
default_tags {
tags = {
}
}
}
resource "aws_x" "y" {
policy = "{"a":"b"}"
ingress {
port = 80
}
network {
inner {
}
}
lifecycle {
}
}`;

function convert(stack: object): string {
  return jsonToHcl(JSON.stringify(stack), readBlockNames(cdktfHcl));
}

test("readBlockNames finds nested blocks by type, and takes no attribute for one", () => {
  const names = readBlockNames(cdktfHcl);

  expect([...(names.get("resource.aws_x") ?? [])].sort()).toEqual(["ingress", "inner", "lifecycle", "network"]);
  expect([...(names.get("provider.aws") ?? [])]).toEqual(["default_tags"]);
});

test("writes settings of Terraform itself as literals", () => {
  const written = convert({
    terraform: {
      required_version: ">= 1.11.0",
      backend: { s3: { bucket: "b", encrypt: true } },
      required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.0" } },
    },
  });

  expect(written).toBe(
    `terraform {
required_version = ">= 1.11.0"
backend "s3" {
bucket = "b"
encrypt = true
}
required_providers {
aws = {
source = "hashicorp/aws"
version = "~> 5.0"
}
}
}
`,
  );
});

test("tells blocks from attributes, whatever their JSON form", () => {
  const written = convert({
    provider: { aws: [{ region: "r", default_tags: [{ tags: { A: "1" } }] }] },
    resource: {
      aws_x: {
        y: {
          ingress: [{ port: 80, ids: null }, { port: 443 }],
          network: { inner: { a: true } },
          tags: { "with space": "x", B: "${c.d}" },
          list: [{ not: "a block" }],
        },
      },
    },
  });

  expect(written).toBe(`provider "aws" {
region = "r"
default_tags {
tags = {
A = "1"
}
}
}

resource "aws_x" "y" {
tags = {
"with space" = "x"
B = c.d
}
list = [
{
not = "a block"
},
]
ingress {
port = 80
ids = null
}
ingress {
port = 443
}
network {
inner {
a = true
}
}
}
`);
});

test("writes addresses without quotes, and lifecycle conditions as blocks", () => {
  const written = convert({
    resource: {
      aws_x: {
        y: {
          depends_on: ["aws_z.w"],
          lifecycle: {
            create_before_destroy: true,
            ignore_changes: ["desired_count"],
            postcondition: [{ condition: '${self.a == "b"}', error_message: 'not "b"' }],
          },
        },
      },
    },
    moved: [{ from: 'module.a.aws_x.y["k"]', to: "aws_x.y" }],
    output: { id: { value: "${aws_x.y.id}", description: "d" } },
  });

  expect(written).toContain("depends_on = [\naws_z.w,\n]");
  expect(written).toContain("ignore_changes = [\ndesired_count,\n]");
  expect(written).toContain('postcondition {\ncondition = self.a == "b"\nerror_message = "not \\"b\\""\n}');
  expect(written).toContain('moved {\nfrom = module.a.aws_x.y["k"]\nto = aws_x.y\n}');
  expect(written).toContain('output "id" {\nvalue = aws_x.y.id\ndescription = "d"\n}');
});

test.each(["check", "module"])("refuses %s, which it cannot write, instead of leaving it out", (kind) => {
  expect(() => convert({ [kind]: {} })).toThrow(`the HCL form of ${kind} is not known`);
});
