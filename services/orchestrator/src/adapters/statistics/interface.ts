/** Statistical tests of one side against another; each gives how probable such a difference is by chance alone. */
export interface Statistics {
  /** That values of `changed` tend to be larger: Mann-Whitney U, one-sided. Neither side may be empty. */
  chanceOfLarger(changed: readonly number[], unchanged: readonly number[]): number;
  /** That a share of `changed` is larger: Fisher's exact test, one-sided. */
  chanceOfMore(changed: Count, unchanged: Count): number;
}

/** How many of so many. */
export interface Count {
  some: number;
  all: number;
}
