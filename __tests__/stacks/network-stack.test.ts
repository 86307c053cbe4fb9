import type { ZoneConfig } from "../../modules/config/platform-config";
import { baseline, preparePlatform } from "../support/platform";

const LAYER = "01-vpc";

const [first, second] = baseline.network.zones;
const more: readonly ZoneConfig[] = ["b", "d"].map((letter, index) => ({
  name: `ap-northeast-2${letter}`,
  publicCidr: `10.0.${index + 3}.0/24`,
  privateCidr: `10.0.${index + 13}.0/24`,
}));

describe.each([2, 3, 4])("GIVEN %i zones", (count) => {
  const zones: readonly ZoneConfig[] = [first, second, ...more].slice(0, count);
  const letters = zones.map(({ name }) => name.slice(-1));
  const network = { ...baseline.network, zones: [first, second, ...more.slice(0, count - 2)] } as const;
  const platform = preparePlatform({ network });

  test("THEN each zone has a public and a private subnet with its own block", () => {
    const subnets = platform.resources(LAYER, "aws_subnet");
    expect(Object.keys(subnets).sort()).toEqual(
      letters.flatMap((letter) => [`private_${letter}`, `public_${letter}`]).sort(),
    );
    for (const { name, publicCidr, privateCidr } of zones) {
      const letter = name.slice(-1);
      expect(subnets[`public_${letter}`]).toMatchObject({
        cidr_block: publicCidr,
        availability_zone: name,
        map_public_ip_on_launch: true,
      });
      expect(subnets[`private_${letter}`]).toMatchObject({
        cidr_block: privateCidr,
        availability_zone: name,
        map_public_ip_on_launch: false,
      });
    }
  });

  test("THEN each zone goes out through a NAT gateway and address of its own, in its public subnet", () => {
    expect(Object.keys(platform.resources(LAYER, "aws_eip")).sort()).toEqual(letters.map((x) => `nat_${x}`).sort());
    for (const letter of letters) {
      expect(platform.resource(LAYER, `aws_nat_gateway.nat_${letter}`)).toMatchObject({
        allocation_id: `\${aws_eip.nat_${letter}.id}`,
        subnet_id: `\${aws_subnet.public_${letter}.id}`,
      });
      expect(platform.resource(LAYER, `aws_route_table.private_${letter}`).route).toMatchObject([
        { cidr_block: "0.0.0.0/0", nat_gateway_id: `\${aws_nat_gateway.nat_${letter}.id}` },
      ]);
    }
  });

  test("THEN the public subnets share a route table, the private ones have their own", () => {
    for (const letter of letters) {
      expect(platform.resource(LAYER, `aws_route_table_association.public_${letter}`)).toMatchObject({
        subnet_id: `\${aws_subnet.public_${letter}.id}`,
        route_table_id: "${aws_route_table.public.id}",
      });
      expect(platform.resource(LAYER, `aws_route_table_association.private_${letter}`)).toMatchObject({
        subnet_id: `\${aws_subnet.private_${letter}.id}`,
        route_table_id: `\${aws_route_table.private_${letter}.id}`,
      });
    }
    expect(Object.keys(platform.resources(LAYER, "aws_route_table"))).toHaveLength(1 + count);
    expect(Object.keys(platform.resources(LAYER, "aws_route_table_association"))).toHaveLength(2 * count);
  });

  test("THEN the outputs list the subnets and addresses in the order of the zones", () => {
    const { output } = platform.json(LAYER);
    const each = (type: string, name: string, attribute: string) =>
      letters.map((letter) => `\${${type}.${name}_${letter}.${attribute}}`);
    expect(output.public_subnet_ids?.value).toEqual(each("aws_subnet", "public", "id"));
    expect(output.private_subnet_ids?.value).toEqual(each("aws_subnet", "private", "id"));
    expect(output.nat_gateway_ips?.value).toEqual(each("aws_eip", "nat", "public_ip"));
  });

  test("THEN each moved address goes to an address of its own", () => {
    const { moved = [] } = platform.json(LAYER);
    expect(new Set(moved.map(({ to }) => to)).size).toBe(moved.length);
    expect(new Set(moved.map(({ from }) => from)).size).toBe(moved.length);
    expect(moved).toHaveLength(3 + 7 * count);
  });
});

test.each([
  [true, 1],
  [false, 0],
])(
  "GIVEN s3GatewayEndpoint = %s THEN there are %i endpoints, in all private route tables",
  (s3GatewayEndpoint, count) => {
    const platform = preparePlatform({ network: { ...baseline.network, s3GatewayEndpoint } });
    const endpoints = Object.values(platform.json(LAYER).resource.aws_vpc_endpoint ?? {});
    expect(endpoints).toHaveLength(count);
    for (const endpoint of endpoints)
      expect(endpoint).toMatchObject({
        service_name: "com.amazonaws.ap-northeast-2.s3",
        route_table_ids: ["${aws_route_table.private_a.id}", "${aws_route_table.private_c.id}"],
      });
  },
);

describe("GIVEN a zone without a private subnet", () => {
  const { privateCidr, ...publicOnly } = second;
  const platform = preparePlatform({
    network: { ...baseline.network, zones: [first, publicOnly], s3GatewayEndpoint: true },
  });

  test("THEN it has a public subnet and a NAT gateway, and nothing private", () => {
    expect(privateCidr).toBeDefined();
    expect(Object.keys(platform.resources(LAYER, "aws_subnet")).sort()).toEqual(["private_a", "public_a", "public_c"]);
    expect(Object.keys(platform.resources(LAYER, "aws_nat_gateway")).sort()).toEqual(["nat_a", "nat_c"]);
    expect(Object.keys(platform.resources(LAYER, "aws_route_table")).sort()).toEqual(["private_a", "public"]);
    expect(platform.json(LAYER).output.private_subnet_ids?.value).toEqual(["${aws_subnet.private_a.id}"]);
    expect(platform.resource(LAYER, "aws_vpc_endpoint.s3").route_table_ids).toEqual([
      "${aws_route_table.private_a.id}",
    ]);
  });
});
