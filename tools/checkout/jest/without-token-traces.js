/**
 * Jest setup: CDKTF remembers for each token (thousands a synth) the stack at which it was made, for messages of its own. Under
 * jest each of these stacks is mapped to the sources, frame by frame, which takes a third of the unit tests' processor time.
 */
jest.mock("cdktf/lib/tokens/private/stack-trace", () => ({ captureStackTrace: () => [] }));
