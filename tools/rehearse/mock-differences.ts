/** One attribute that the mock answers otherwise than AWS, so that a plan after the apply shows a change. */
export interface MockDifference {
  readonly layer: string;
  readonly address: string;
  /** Path of the attribute, as plans name it. */
  readonly attribute: string;
  /** Behaviour of the mock, with its version. */
  readonly reason: string;
}

/**
 * All differences that the mock alone causes. A plan after the apply must show exactly these: one more fails the
 * rehearsal, one that no longer shows up fails it too. What can be mended is mended in the mock (tools/mock), not here.
 */
export const MOCK_DIFFERENCES: readonly MockDifference[] = [];
