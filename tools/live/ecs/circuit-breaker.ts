/**
 * Computes the number of failed tasks that ends a deployment: half of the desired count, at least 3 and at most 200.
 * Source: Amazon ECS developer guide, "How the Amazon ECS deployment circuit breaker detects failures".
 *
 * @param desiredCount tasks of the service
 */
export function failureThreshold(desiredCount: number): number {
  return Math.min(Math.max(Math.ceil(desiredCount * 0.5), 3), 200);
}
