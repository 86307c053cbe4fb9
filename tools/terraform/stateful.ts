/** Resources whose deletion loses what no apply brings back: buckets with data or states, images, the lock table. */
const STATEFUL = /(^|\.)(aws_s3_bucket|aws_ecr_repository|aws_dynamodb_table)\.[^.]+$/;

/** The addresses that hold data. */
export function statefulOf(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => STATEFUL.test(address));
}
