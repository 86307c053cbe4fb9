/**
 * Memory sizes in MiB that Fargate offers for each CPU size (1024 units = 1 vCPU).
 * Source: Amazon ECS developer guide, "Task CPU and memory" for Linux tasks on Fargate.
 * Any other pair fails at apply: "No Fargate configuration exists for given values".
 */
export const FARGATE_MEMORY_MIB = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: [4096, 5120, 6144, 7168, 8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384],
  4096: [
    8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384, 17408, 18432, 19456, 20480, 21504, 22528, 23552, 24576,
    25600, 26624, 27648, 28672, 29696, 30720,
  ],
  8192: [16384, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440],
  16384: [32768, 40960, 49152, 57344, 65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880],
} as const;

type Sizes = typeof FARGATE_MEMORY_MIB;

/** A CPU and memory pair that Fargate offers; any other pair does not compile. */
export type FargateSize = {
  readonly [Cpu in keyof Sizes]: {
    /** CPU units; 1024 are one vCPU. */
    readonly cpu: Cpu;
    /** Memory in MiB. */
    readonly memoryMiB: Sizes[Cpu][number];
  };
}[keyof Sizes];

/** The memory sizes in MiB that go with a CPU size, or undefined for a CPU size that Fargate does not offer. */
export function fargateMemoryFor(cpu: number): readonly number[] | undefined {
  return (FARGATE_MEMORY_MIB as Readonly<Record<number, readonly number[]>>)[cpu];
}
