import { allow } from "./policy-document";

/** Finds EC2 instances and the regions in which they are. */
export const DESCRIBE_EC2 = allow("EC2DescribeReadOnly", ["ec2:DescribeInstances", "ec2:DescribeRegions"]);

/** Reads the tags by which CloudWatch's metrics are told apart. */
export const READ_TAGS = allow("TagResourcesReadOnly", ["tag:GetResources"]);
