/** One measured figure. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  /** E.g. `spans/s`, `ms`, `MB`. */
  readonly unit: string;
  /** Processor time of the measured part, where it was taken: machines are noisy, processor time less so. */
  readonly cpuSeconds?: number | undefined;
  /** The same figure of the thing that is compared with, taken in the same run. */
  readonly baseline?: number | undefined;
  /** What the project wants the figure to be. */
  readonly goal?: { readonly is: '≥' | '≤'; readonly value: number } | undefined;
}
